//! Monitoring, planning, maps and other services.

use super::{Shape, checks, form, near};

#[rustfmt::skip]
pub const RULES: &[Shape] = &[
    form("grafana-token", "Grafana token", &["glsa_", "glc_"],
        r"\b(?:glsa_[A-Za-z0-9]{32}_[0-9A-Fa-f]{8}\b|glc_[A-Za-z0-9+/]{32,400}={0,3})")
        .aka(&["grafana-service-account-token", "grafana-cloud-api-token"])
        .yes(&["TOKEN=glsa_{w:32}_{h:8}", r#"  key: "glc_{w:64}","#])
        .no(&["TOKEN=glsa_{w:7}", r#"  key: "glc_{x:64}","#]),
    form("grafana-key", "Grafana key", &["eyJrIjoi"],
        r"\beyJrIjoi[A-Za-z0-9]{70,400}={0,3}")
        .aka(&["grafana-api-key"])
        .yes(&["TOKEN=eyJrIjoi{w:90}", r#"  key: "eyJrIjoi{w:90}","#])
        .no(&["TOKEN=eyJrIjoi{w:7}", r#"  key: "eyJrIjoi{x:90}","#]),
    form("newrelic-key", "New Relic key", &["NRAK-", "NRII-", "NRJS-", "NRIQ-", "NRRA-"],
        r"\b(?:NRAK-[A-Z0-9]{27}|NRII-[A-Za-z0-9_-]{32}|NRJS-[0-9a-f]{19}|NRIQ-[A-Za-z0-9_-]{32}|NRRA-[0-9a-f]{42})(?:[^A-Za-z0-9]|$)")
        .aka(&["new-relic-user-api-key", "new-relic-insert-key", "new-relic-browser-api-token"])
        .yes(&["TOKEN=NRAK-{U:27}", r#"  key: "NRII-{w:32}","#])
        .no(&["TOKEN=NRAK-{U:7}", r#"  key: "NRII-{x:32}","#]),
    form("newrelic-license-key", "New Relic license key", &["NRAL"],
        r"\b[0-9a-f]{36}NRAL\b")
        .yes(&["TOKEN={h:36}NRAL", r#"  key: "{h:36}NRAL","#])
        .no(&["TOKEN={h:7}", r#"  key: "{x:36}NRAL","#]),
    form("sentry-token", "Sentry token", &["sntrys_", "sntryu_"],
        r"\b(?:sntrys_[A-Za-z0-9+/=_-]{80,400}|sntryu_[0-9a-f]{64}\b)")
        .aka(&["sentry-org-token", "sentry-user-token"])
        .yes(&["TOKEN=sntryu_{h:64}", r#"  key: "sntrys_eyJ{w:120}","#])
        .no(&["TOKEN=sntryu_{h:7}", r#"  key: "sntrys_eyJ{x:120}","#]),
    form("sentry-legacy-token", "Sentry token", &["sentry"],
        near!(r"sentry[\w .-]{0,16}token", "[0-9a-f]{64}"))
        .aka(&["sentry-access-token"])
        .yes(&["SENTRY_AUTH_TOKEN={h:64}", r#"sentryAuthToken: "{h:64}","#])
        .no(&["SENTRY_AUTH_TOKEN={h:7}", "OTHER={h:64}"]),
    form("datadog-key", "Datadog key", &["datadog", "dd_api", "ddapi", "dd_app", "ddapp"],
        near!(r"(?:datadog|dd)[\w .-]{0,16}key", "[0-9a-f]{40}|[0-9a-f]{32}"))
        .aka(&["datadog-access-token"])
        .yes(&["DD_API_KEY={h:32}", r#"ddApiKey: "{h:32}","#])
        .no(&["DD_API_KEY={h:7}", "OTHER={h:32}"]),
    form("dynatrace-token", "Dynatrace token", &["dt0c01.", "dt0s"],
        r"\bdt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b")
        .aka(&["dynatrace-api-token"])
        .yes(&["TOKEN=dt0c01.{U:24}.{U:64}", r#"  key: "dt0c01.{U:24}.{U:64}","#])
        .no(&["TOKEN=dt0c01.{U:7}", r#"  key: "dt0c01.{x:24}.{x:64}","#]),
    form("honeycomb-key", "Honeycomb key", &["hcaik_", "hcxik_", "hcalk_"],
        r"\bhc[ax][il]k_[a-z0-9]{58,64}\b")
        .yes(&["TOKEN=hcaik_{a:58}", r#"  key: "hcaik_{a:58}","#])
        .no(&["TOKEN=hcaik_{a:7}", r#"  key: "hcaik_{x:58}","#]),
    form("honeycomb-legacy-key", "Honeycomb key", &["honeycomb"],
        near!(r"honeycomb[\w .-]{0,16}key", "[0-9a-f]{32}|[A-Za-z0-9]{22}"))
        .yes(&["HONEYCOMB_API_KEY={h:32}", r#"honeycombApiKey: "{h:32}","#])
        .no(&["HONEYCOMB_API_KEY={h:7}", "OTHER={h:32}"]),
    form("loggly-token", "Loggly token", &["loggly"],
        near!(r"loggly[\w .-]{0,16}token", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"))
        .yes(&["LOGGLY_TOKEN={uuid}", r#"logglyToken: "{uuid}","#])
        .no(&["LOGGLY_TOKEN={h:20}", "OTHER={uuid}"]),
    form("splunk-token", "Splunk HEC token", &["splunk", "hec_token"],
        near!(r"(?:splunk[\w .-]{0,16}|hec_?)token", "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"))
        .yes(&["SPLUNK_HEC_TOKEN={uuid}", r#"splunkHecToken: "{uuid}","#])
        .no(&["SPLUNK_HEC_TOKEN={h:20}", "OTHER={uuid}"]),
    form("sumologic-key", "Sumo Logic key", &["sumo"],
        near!(r"sumo[\w .-]{0,16}key", "[A-Za-z0-9]{64}"))
        .aka(&["sumologic-access-token"])
        .yes(&["SUMOLOGIC_ACCESSKEY={w:64}", r#"sumologicAccesskey: "{w:64}","#])
        .no(&["SUMOLOGIC_ACCESSKEY={w:7}", "OTHER={w:64}"]),
    form("pagerduty-key", "PagerDuty key", &["pagerduty", "pager_duty"],
        near!(r"pager_?duty[\w .-]{0,16}(?:key|token)", "[A-Za-z0-9_+-]{20}|[0-9a-f]{32}"))
        .entropy(3.0)
        .check(checks::mixed)
        .yes(&["PAGERDUTY_TOKEN={h:32}", r#"pagerdutyToken: "{h:32}","#])
        .no(&["PAGERDUTY_TOKEN={h:7}", "OTHER={h:32}"]),
    form("opsgenie-key", "Opsgenie key", &["opsgenie"],
        near!(r"opsgenie[\w .-]{0,16}key", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"))
        .yes(&["OPSGENIE_API_KEY={uuid}", r#"opsgenieApiKey: "{uuid}","#])
        .no(&["OPSGENIE_API_KEY={h:20}", "OTHER={uuid}"]),
    form("rollbar-token", "Rollbar token", &["rollbar"],
        near!(r"rollbar[\w .-]{0,20}token", "[0-9a-f]{32}"))
        .yes(&["ROLLBAR_ACCESS_TOKEN={h:32}", r#"rollbarAccessToken: "{h:32}","#])
        .no(&["ROLLBAR_ACCESS_TOKEN={h:7}", "OTHER={h:32}"]),
    form("bugsnag-key", "Bugsnag key", &["bugsnag"],
        near!(r"bugsnag[\w .-]{0,16}key", "[0-9a-f]{32}"))
        .yes(&["BUGSNAG_API_KEY={h:32}", r#"bugsnagApiKey: "{h:32}","#])
        .no(&["BUGSNAG_API_KEY={h:7}", "OTHER={h:32}"]),
    form("launchdarkly-key", "LaunchDarkly key", &["sdk-", "api-", "mob-"],
        r"\b(?:sdk|api|mob)-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
        .aka(&["launchdarkly-access-token"])
        .yes(&["TOKEN=sdk-{uuid}", r#"  key: "api-{uuid}","#])
        .no(&["TOKEN=sdk-{h:20}", r#"  key: "api-{x:8}-{x:4}-{x:4}-{x:4}-{x:12}","#]),
    form("segment-key", "Segment write key", &["segment"],
        near!(r"segment[\w .-]{0,16}(?:key|token)", "[A-Za-z0-9]{32}"))
        .entropy(3.0)
        .check(checks::mixed)
        .yes(&["SEGMENT_WRITE_KEY={w:32}", r#"segmentWriteKey: "{w:32}","#])
        .no(&["SEGMENT_WRITE_KEY={w:7}", "OTHER={w:32}"]),
    form("mixpanel-secret", "Mixpanel secret", &["mixpanel"],
        near!(r"mixpanel[\w .-]{0,16}(?:secret|token)", "[0-9a-f]{32}"))
        .yes(&["MIXPANEL_API_SECRET={h:32}", r#"mixpanelApiSecret: "{h:32}","#])
        .no(&["MIXPANEL_API_SECRET={h:7}", "OTHER={h:32}"]),
    form("amplitude-key", "Amplitude secret key", &["amplitude"],
        near!(r"amplitude[\w .-]{0,16}(?:secret|key)", "[0-9a-f]{32}"))
        .yes(&["AMPLITUDE_SECRET_KEY={h:32}", r#"amplitudeSecretKey: "{h:32}","#])
        .no(&["AMPLITUDE_SECRET_KEY={h:7}", "OTHER={h:32}"]),
    form("statsig-key", "Statsig secret key", &["secret-"],
        r"\bsecret-[A-Za-z0-9]{43}\b")
        .entropy(3.5)
        .check(checks::mixed)
        .yes(&["TOKEN=secret-{w:43}", r#"  key: "secret-{w:43}","#])
        .no(&["TOKEN=secret-{w:7}", r#"  key: "secret-{x:43}","#]),
    form("linear-key", "Linear key", &["lin_api_", "lin_oauth_"],
        r"\blin_(?:api_[A-Za-z0-9]{40}|oauth_[0-9a-f]{64})\b")
        .aka(&["linear-api-key"])
        .yes(&["TOKEN=lin_api_{w:40}", r#"  key: "lin_oauth_{h:64}","#])
        .no(&["TOKEN=lin_api_{w:7}", r#"  key: "lin_oauth_{x:64}","#]),
    form("linear-secret", "Linear client secret", &["linear"],
        near!(r"linear[\w .-]{0,16}secret", "[0-9a-f]{32}"))
        .aka(&["linear-client-secret"])
        .yes(&["LINEAR_CLIENT_SECRET={h:32}", r#"linearClientSecret: "{h:32}","#])
        .no(&["LINEAR_CLIENT_SECRET={h:7}", "OTHER={h:32}"]),
    form("notion-token", "Notion token", &["ntn_", "secret_"],
        r"\b(?:ntn_[A-Za-z0-9]{40,60}|secret_[A-Za-z0-9]{43})\b")
        .check(checks::mixed)
        .aka(&["notion-api-token"])
        .yes(&["TOKEN=ntn_{d:11}{w:35}", r#"  key: "secret_{w:43}","#])
        .no(&["TOKEN=ntn_{d:3}", r#"  key: "secret_{x:43}","#]),
    form("figma-token", "Figma token", &["figd_", "figo_"],
        r"\bfig[do]_[A-Za-z0-9_-]{40,50}")
        .yes(&["TOKEN=figd_{w:43}", r#"  key: "figd_{w:43}","#])
        .no(&["TOKEN=figd_{w:7}", r#"  key: "figd_{x:43}","#]),
    form("asana-token", "Asana token", &["1/", "2/"],
        r"\b[12]/\d{16}(?:/\d{16})?:[0-9a-f]{32}\b")
        .yes(&["TOKEN=1/{d:16}:{h:32}", r#"  key: "1/{d:16}:{h:32}","#])
        .no(&["TOKEN=1/{d:5}", r#"  key: "1/{x:16}:{x:32}","#]),
    form("asana-secret", "Asana client secret", &["asana"],
        near!(r"asana[\w .-]{0,16}secret", "[a-z0-9]{32}"))
        .entropy(3.0)
        .aka(&["asana-client-secret"])
        .yes(&["ASANA_CLIENT_SECRET={a:32}", r#"asanaClientSecret: "{a:32}","#])
        .no(&["ASANA_CLIENT_SECRET={a:7}", "OTHER={a:32}"]),
    form("clickup-token", "ClickUp token", &["pk_"],
        r"\bpk_\d{6,9}_[A-Z0-9]{32}\b")
        .yes(&["TOKEN=pk_{d:8}_{U:32}", r#"  key: "pk_{d:8}_{U:32}","#])
        .no(&["TOKEN=pk_{d:2}", r#"  key: "pk_{x:8}_{x:32}","#]),
    form("typeform-token", "Typeform token", &["tfp_"],
        r"\btfp_[A-Za-z0-9_.=-]{44,64}")
        .aka(&["typeform-api-token"])
        .yes(&["TOKEN=tfp_{w:44}_{w:14}", r#"  key: "tfp_{w:44}_{w:14}","#])
        .no(&["TOKEN=tfp_{w:7}", r#"  key: "tfp_{x:44}_{x:14}","#]),
    form("postman-key", "Postman key", &["PMAK-"],
        r"\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b")
        .aka(&["postman-api-token"])
        .yes(&["TOKEN=PMAK-{h:24}-{h:34}", r#"  key: "PMAK-{h:24}-{h:34}","#])
        .no(&["TOKEN=PMAK-{h:7}", r#"  key: "PMAK-{x:24}-{x:34}","#]),
    form("readme-key", "ReadMe key", &["rdme_"],
        r"\brdme_[a-z0-9]{70}\b")
        .aka(&["readme-api-token"])
        .yes(&["TOKEN=rdme_{a:70}", r#"  key: "rdme_{a:70}","#])
        .no(&["TOKEN=rdme_{a:7}", r#"  key: "rdme_{x:70}","#]),
    form("beamer-token", "Beamer token", &["b_"],
        r"(?i:beamer[\w .-]{0,16})\W{1,6}(b_[A-Za-z0-9=_-]{44})(?:[^A-Za-z0-9=_-]|$)")
        .aka(&["beamer-api-token"])
        .yes(&["BEAMER_API_KEY=b_{w:44}", "# BEAMER_API_KEY=b_{w:44}"])
        .no(&["BEAMER_API_KEY=b_{w:7}", "BEAMER_API_KEY=b_{x:44}"]),
    form("rapidapi-key", "RapidAPI key", &["rapidapi"],
        near!(r"rapid_?-?api[\w .-]{0,16}(?:key|token)", "[A-Za-z0-9_-]{50}"))
        .aka(&["rapidapi-access-token"])
        .yes(&["RAPIDAPI_KEY={w:50}", r#"rapidapiKey: "{w:50}","#])
        .no(&["RAPIDAPI_KEY={w:7}", "OTHER={w:50}"]),
    form("mapbox-token", "Mapbox secret token", &["sk.eyJ"],
        r"\bsk\.eyJ[A-Za-z0-9_-]{40,200}\.[A-Za-z0-9_-]{22}\b")
        .aka(&["mapbox-api-token"])
        .yes(&["TOKEN=sk.eyJ{w:80}.{w:22}", r#"  key: "sk.eyJ{w:80}.{w:22}","#])
        .no(&["TOKEN=sk.eyJ{w:7}", r#"  key: "sk.eyJ{x:80}.{x:22}","#]),
    form("maxmind-key", "MaxMind license key", &["_mmk"],
        r"\b[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk\b")
        .aka(&["maxmind-license-key"])
        .yes(&["TOKEN={w:6}_{w:29}_mmk", r#"  key: "{w:6}_{w:29}_mmk","#])
        .no(&["TOKEN={w:6}_{w:7}", r#"  key: "{x:6}_{x:29}_mmk","#]),
    form("openweather-key", "OpenWeather key", &["openweather", "owm_", "appid"],
        near!(r"(?:open_?weather(?:map)?|owm)[\w .-]{0,16}(?:key|appid)", "[0-9a-f]{32}"))
        .yes(&["OPENWEATHER_API_KEY={h:32}", r#"openweatherApiKey: "{h:32}","#])
        .no(&["OPENWEATHER_API_KEY={h:7}", "OTHER={h:32}"]),
    form("flickr-secret", "Flickr secret", &["flickr"],
        near!(r"flickr[\w .-]{0,16}(?:secret|key|token)", "[0-9a-f]{16}|[0-9a-f]{32}"))
        .aka(&["flickr-access-token"])
        .yes(&["FLICKR_API_KEY={h:32}", r#"flickrApiKey: "{h:32}","#])
        .no(&["FLICKR_API_KEY={h:7}", "OTHER={h:32}"]),
    form("nytimes-key", "New York Times key", &["nytimes", "new-york-times", "newyorktimes"],
        near!(r"(?:nytimes|new[_-]?york[_-]?times)[\w .-]{0,16}(?:key|token)", "[A-Za-z0-9=_-]{32}"))
        .entropy(3.0)
        .aka(&["nytimes-access-token"])
        .yes(&["NYTIMES_API_KEY={w:32}", r#"nytimesApiKey: "{w:32}","#])
        .no(&["NYTIMES_API_KEY={w:7}", "OTHER={w:32}"]),
    form("frameio-token", "Frame.io token", &["fio-u-"],
        r"\bfio-u-[A-Za-z0-9_=-]{64}")
        .aka(&["frameio-api-token"])
        .yes(&["TOKEN=fio-u-{w:64}", r#"  key: "fio-u-{w:64}","#])
        .no(&["TOKEN=fio-u-{w:7}", r#"  key: "fio-u-{x:64}","#]),
    form("adafruit-key", "Adafruit IO key", &["aio_"],
        r"\baio_[A-Za-z]{4}\d\d[A-Za-z0-9]{22}\b")
        .yes(&["TOKEN=aio_{l:4}{d:2}{w:22}", r#"  key: "aio_{l:4}{d:2}{w:22}","#])
        .no(&["TOKEN=aio_{l:4}{d:2}{w:7}", r#"  key: "aio_{x:4}{x:2}{x:22}","#]),
    form("adafruit-legacy-key", "Adafruit key", &["adafruit"],
        near!(r"adafruit[\w .-]{0,16}key", "[a-z0-9_-]{32}"))
        .entropy(3.0)
        .aka(&["adafruit-api-key"])
        .yes(&["ADAFRUIT_IO_KEY={a:32}", r#"adafruitIoKey: "{a:32}","#])
        .no(&["ADAFRUIT_IO_KEY={a:7}", "OTHER={a:32}"]),
    form("adobe-secret", "Adobe client secret", &["p8e-"],
        r"\bp8e-[A-Za-z0-9_-]{32}(?:[^A-Za-z0-9_-]|$)")
        .aka(&["adobe-client-secret"])
        .yes(&["TOKEN=p8e-{w:32}", r#"  key: "p8e-{w:32}","#])
        .no(&["TOKEN=p8e-{w:7}", r#"  key: "p8e-{x:32}","#]),
    form("adobe-client-id", "Adobe client id", &["adobe"],
        near!(r"adobe[\w .-]{0,16}(?:id|key)", "[0-9a-f]{32}"))
        .aka(&["adobe-client-id"])
        .yes(&["ADOBE_CLIENT_ID={h:32}", r#"adobeClientId: "{h:32}","#])
        .no(&["ADOBE_CLIENT_ID={h:7}", "OTHER={h:32}"]),
    form("looker-secret", "Looker client secret", &["looker"],
        near!(r"looker[\w .-]{0,16}secret", "[A-Za-z0-9]{24}"))
        .entropy(3.0)
        .check(checks::mixed)
        .aka(&["looker-client-secret"])
        .yes(&["LOOKER_CLIENT_SECRET={w:24}", r#"lookerClientSecret: "{w:24}","#])
        .no(&["LOOKER_CLIENT_SECRET={w:7}", "OTHER={w:24}"]),
    form("intra42-secret", "42 Intra client secret", &["s-s4t2"],
        r"\bs-s4t2(?:ud|af)-[0-9a-f]{64}\b")
        .aka(&["intra42-client-secret"])
        .yes(&["TOKEN=s-s4t2ud-{h:64}", r#"  key: "s-s4t2ud-{h:64}","#])
        .no(&["TOKEN=s-s4t2ud-{h:7}", r#"  key: "s-s4t2ud-{x:64}","#]),
    form("ubidots-token", "Ubidots token", &["BBFF-", "BBUS-"],
        r"\bBB(?:FF|US)-[A-Za-z0-9]{30}\b")
        .yes(&["TOKEN=BBFF-{w:30}", r#"  key: "BBFF-{w:30}","#])
        .no(&["TOKEN=BBFF-{w:7}", r#"  key: "BBFF-{x:30}","#]),
    form("lichess-token", "Lichess token", &["lip_"],
        r"\blip_[A-Za-z0-9]{20}\b")
        .yes(&["TOKEN=lip_{w:20}", r#"  key: "lip_{w:20}","#])
        .no(&["TOKEN=lip_{w:6}", r#"  key: "lip_{x:20}","#]),
    form("browserstack-key", "BrowserStack access key", &["browserstack"],
        r#"(?i:browserstack[\w .-]{0,12}key)["']?\s*[:=]\s*["']?([A-Za-z0-9]{20})\b"#)
        .entropy(3.0)
        .check(checks::mixed)
        .yes(&["BROWSERSTACK_ACCESS_KEY={w:20}", r#"browserstack.key: "{w:20}""#])
        .no(&["BROWSERSTACK_ACCESS_KEY={w:6}", r#"browserstack.key: "{x:20}""#]),
    form("saucelabs-key", "Sauce Labs access key", &["sauce"],
        near!(r"sauce[\w .-]{0,16}key", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"))
        .yes(&["SAUCE_ACCESS_KEY={uuid}", r#"sauceAccessKey: "{uuid}","#])
        .no(&["SAUCE_ACCESS_KEY={h:20}", "OTHER={uuid}"]),
    form("percy-token", "Percy token", &["percy"],
        near!(r"percy[\w .-]{0,16}token", "(?:web_|app_|auto_)?[0-9a-f]{64}"))
        .yes(&["PERCY_TOKEN={h:64}", r#"percyToken: "{h:64}","#])
        .no(&["PERCY_TOKEN={h:7}", "OTHER={h:64}"]),
    form("cypress-key", "Cypress record key", &["cypress_record"],
        near!("cypress_record_key", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"))
        .yes(&["CYPRESS_RECORD_KEY={uuid}", r#"cypress_record_key: "{uuid}","#])
        .no(&["CYPRESS_RECORD_KEY={h:20}", "OTHER={uuid}"]),
    form("sidekiq-secret", "Sidekiq Pro credential", &["bundle_"],
        near!("bundle_(?:enterprise|gems)__contribsys__com", "[0-9a-f]{8}:[0-9a-f]{8}"))
        .aka(&["sidekiq-secret", "sidekiq-sensitive-url"])
        .yes(&["BUNDLE_GEMS__CONTRIBSYS__COM={h:8}:{h:8}", r#"bundle_gems__contribsys__com: "{h:8}:{h:8}","#])
        .no(&["BUNDLE_GEMS__CONTRIBSYS__COM={h:2}", "OTHER={h:8}:{h:8}"]),
    form("ansible-galaxy-token", "Ansible Galaxy token", &["galaxy"],
        near!(r"galaxy[\w .-]{0,16}(?:token|key)", "[0-9a-f]{40}"))
        .yes(&["ANSIBLE_GALAXY_TOKEN={h:40}", r#"ansibleGalaxyToken: "{h:40}","#])
        .no(&["ANSIBLE_GALAXY_TOKEN={h:7}", "OTHER={h:40}"]),
    form("crowdin-token", "Crowdin token", &["crowdin"],
        near!(r"crowdin[\w .-]{0,16}(?:token|key)", "[0-9a-f]{80}|[0-9a-f]{32}"))
        .yes(&["CROWDIN_PERSONAL_TOKEN={h:80}", r#"crowdinPersonalToken: "{h:80}","#])
        .no(&["CROWDIN_PERSONAL_TOKEN={h:7}", "OTHER={h:80}"]),
    form("lokalise-token", "Lokalise token", &["lokalise"],
        near!(r"lokalise[\w .-]{0,16}token", "[0-9a-f]{40}"))
        .yes(&["LOKALISE_API_TOKEN={h:40}", r#"lokaliseApiToken: "{h:40}","#])
        .no(&["LOKALISE_API_TOKEN={h:7}", "OTHER={h:40}"]),
    form("cursor-key", "Cursor key", &["crsr_"],
        r"\bcrsr_[0-9a-f]{64}\b")
        .yes(&["TOKEN=crsr_{h:64}", r#"  key: "crsr_{h:64}","#])
        .no(&["TOKEN=crsr_{h:7}", r#"  key: "crsr_{x:64}","#]),
];
