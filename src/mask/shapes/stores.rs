//! Where secrets, settings, packages and data are kept.

use super::{Shape, checks, form, near};

#[rustfmt::skip]
pub const RULES: &[Shape] = &[
    form("vault-token", "HashiCorp Vault token", &["hvs.", "hvb.", "hvr."],
        r"\bhv[sbr]\.[A-Za-z0-9_-]{24,300}")
        .aka(&["vault-service-token", "vault-batch-token"])
        .yes(&["TOKEN=hvs.{w:90}", r#"  key: "hvb.{w:150}","#])
        .no(&["TOKEN=hvs.{w:7}", r#"  key: "hvb.{x:150}","#]),
    form("vault-legacy-token", "HashiCorp Vault token", &["vault"],
        near!(r"vault[\w .-]{0,16}token", r"s\.[A-Za-z0-9]{24}"))
        .yes(&["VAULT_TOKEN=s.{w:24}", r#"vaultToken: "s.{w:24}","#])
        .no(&["VAULT_TOKEN=s.{w:7}", "OTHER=s.{w:24}"]),
    form("terraform-token", "Terraform Cloud token", &[".atlasv1."],
        r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}")
        .aka(&["hashicorp-tf-api-token"])
        .yes(&["TOKEN={w:14}.atlasv1.{w:67}", r#"  key: "{w:14}.atlasv1.{w:67}","#])
        .no(&["TOKEN={w:4}", r#"  key: "{x:14}.atlasv1.{x:67}","#]),
    form("doppler-token", "Doppler token", &["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."],
        r"\bdp\.(?:pt|ct|sa|scim|audit|st(?:\.[a-z0-9_-]{2,35})?)\.[A-Za-z0-9]{40,44}\b")
        .aka(&["doppler-api-token"])
        .yes(&["TOKEN=dp.pt.{w:43}", r#"  key: "dp.pt.{w:43}","#])
        .no(&["TOKEN=dp.pt.{w:7}", r#"  key: "dp.pt.{x:43}","#]),
    form("pulumi-token", "Pulumi token", &["pul-"],
        r"\bpul-[0-9a-f]{40}\b")
        .aka(&["pulumi-api-token"])
        .yes(&["TOKEN=pul-{h:40}", r#"  key: "pul-{h:40}","#])
        .no(&["TOKEN=pul-{h:7}", r#"  key: "pul-{x:40}","#]),
    form("infisical-token", "Infisical token", &["st."],
        r"\bst\.[0-9a-f]{24}\.[0-9a-f]{32}\.[0-9a-f]{32}\b")
        .yes(&["TOKEN=st.{h:24}.{h:32}.{h:32}", r#"  key: "st.{h:24}.{h:32}.{h:32}","#])
        .no(&["TOKEN=st.{h:7}", r#"  key: "st.{x:24}.{x:32}.{x:32}","#]),
    form("onepassword-token", "1Password service account token", &["ops_eyJ"],
        r"\bops_eyJ[A-Za-z0-9+/=_-]{200,}")
        .aka(&["1password-service-account-token"])
        .yes(&["TOKEN=ops_eyJ{b:260}", r#"  key: "ops_eyJ{b:260}","#])
        .no(&["TOKEN=ops_eyJ{b:7}", r#"  key: "ops_eyJ{x:260}","#]),
    form("onepassword-key", "1Password secret key", &["A3-"],
        r"\bA3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}\b")
        .entropy(3.0)
        .aka(&["1password-secret-key"])
        .yes(&["TOKEN=A3-{U:6}-{U:6}-{U:5}-{U:5}-{U:5}-{U:5}", r#"  key: "A3-{U:6}-{U:6}-{U:5}-{U:5}-{U:5}-{U:5}","#])
        .no(&["TOKEN=A3-{U:6}-{U:6}-{U:5}-{U:5}-{U:5}-{U:1}", r#"  key: "A3-{x:6}-{x:6}-{x:5}-{x:5}-{x:5}-{x:5}","#]),
    form("consul-token", "Consul token", &["consul"],
        near!(r"consul[\w .-]{0,16}token", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"))
        .yes(&["CONSUL_HTTP_TOKEN={uuid}", r#"consulHttpToken: "{uuid}","#])
        .no(&["CONSUL_HTTP_TOKEN={h:20}", "OTHER={uuid}"]),
    form("nomad-token", "Nomad token", &["nomad"],
        near!(r"nomad[\w .-]{0,16}token", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"))
        .yes(&["NOMAD_TOKEN={uuid}", r#"nomadToken: "{uuid}","#])
        .no(&["NOMAD_TOKEN={h:20}", "OTHER={uuid}"]),
    form("planetscale-token", "PlanetScale token", &["pscale_tkn_", "pscale_oauth_", "pscale_api_"],
        r"\bpscale_(?:tkn|oauth|api)_[A-Za-z0-9_.=-]{32,64}")
        .aka(&["planetscale-api-token", "planetscale-oauth-token"])
        .yes(&["TOKEN=pscale_tkn_{w:43}", r#"  key: "pscale_oauth_{w:43}","#])
        .no(&["TOKEN=pscale_tkn_{w:7}", r#"  key: "pscale_oauth_{x:43}","#]),
    form("planetscale-password", "PlanetScale password", &["pscale_pw_"],
        r"\bpscale_pw_[A-Za-z0-9_.=-]{32,64}")
        .aka(&["planetscale-password"])
        .yes(&["TOKEN=pscale_pw_{w:43}", r#"  key: "pscale_pw_{w:43}","#])
        .no(&["TOKEN=pscale_pw_{w:7}", r#"  key: "pscale_pw_{x:43}","#]),
    form("aiven-password", "Aiven service password", &["AVNS_"],
        r"\bAVNS_[A-Za-z0-9_-]{19,20}(?:[^A-Za-z0-9_-]|$)")
        .yes(&["TOKEN=AVNS_{w:19}", r#"  key: "AVNS_{w:19}","#])
        .no(&["TOKEN=AVNS_{w:6}", r#"  key: "AVNS_{x:19}","#]),
    form("clickhouse-key", "ClickHouse Cloud key", &["4b1d"],
        r"\b4b1d[A-Za-z0-9]{38}\b")
        .aka(&["clickhouse-cloud-api-secret-key"])
        .yes(&["TOKEN=4b1d{w:38}", r#"  key: "4b1d{w:38}","#])
        .no(&["TOKEN=4b1d{w:7}", r#"  key: "4b1d{x:38}","#]),
    form("mongodb-atlas-secret", "MongoDB Atlas service account secret", &["mdb_sa_sk_"],
        r"\bmdb_sa_sk_[A-Za-z0-9_-]{40}")
        .yes(&["TOKEN=mdb_sa_sk_{w:40}", r#"  key: "mdb_sa_sk_{w:40}","#])
        .no(&["TOKEN=mdb_sa_sk_{w:7}", r#"  key: "mdb_sa_sk_{x:40}","#]),
    form("confluent-secret", "Confluent secret", &["confluent"],
        near!(r"confluent[\w .-]{0,20}secret", "[A-Za-z0-9+/]{64}|cflt[A-Za-z0-9+/]{60}"))
        .aka(&["confluent-secret-key"])
        .yes(&["CONFLUENT_CLOUD_API_SECRET={w:64}", r#"confluentCloudApiSecret: "{w:64}","#])
        .no(&["CONFLUENT_CLOUD_API_SECRET={w:7}", "OTHER={w:64}"]),
    form("confluent-key", "Confluent key", &["confluent"],
        near!(r"confluent[\w .-]{0,20}(?:key|token)", "[A-Z0-9]{16}"))
        .entropy(3.0)
        .aka(&["confluent-access-token"])
        .yes(&["CONFLUENT_CLOUD_API_KEY={U:16}", r#"confluentCloudApiKey: "{U:16}","#])
        .no(&["CONFLUENT_CLOUD_API_KEY={U:5}", "OTHER={U:16}"]),
    form("algolia-key", "Algolia key", &["algolia"],
        near!(r"algolia[\w .-]{0,20}key", "[0-9a-f]{32}"))
        .aka(&["algolia-api-key"])
        .yes(&["ALGOLIA_ADMIN_API_KEY={h:32}", r#"algoliaAdminApiKey: "{h:32}","#])
        .no(&["ALGOLIA_ADMIN_API_KEY={h:7}", "OTHER={h:32}"]),
    form("pinecone-key", "Pinecone key", &["pcsk_"],
        r"\bpcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,66}\b")
        .yes(&["TOKEN=pcsk_{w:6}_{w:63}", r#"  key: "pcsk_{w:6}_{w:63}","#])
        .no(&["TOKEN=pcsk_{w:6}_{w:7}", r#"  key: "pcsk_{x:6}_{x:63}","#]),
    form("neon-key", "Neon key", &["napi_"],
        r"\bnapi_[a-z0-9]{60,70}\b")
        .yes(&["TOKEN=napi_{a:64}", r#"  key: "napi_{a:64}","#])
        .no(&["TOKEN=napi_{a:7}", r#"  key: "napi_{x:64}","#]),
    form("convex-key", "Convex deploy key", &["prod:", "dev:"],
        r"\b(?:prod|dev):[a-z]+-[a-z]+-\d{3}\|[A-Za-z0-9+/=]{40,}")
        .yes(&["TOKEN=prod:happy-otter-123|{b:90}", r#"  key: "prod:happy-otter-123|{b:90}","#])
        .no(&["TOKEN=prod:happy-otter-123|{b:7}", r#"  key: "prod:happy-otter-123|{x:90}","#]),
    form("contentful-token", "Contentful token", &["CFPAT-"],
        r"\bCFPAT-[A-Za-z0-9_-]{43}(?:[^A-Za-z0-9_-]|$)")
        .yes(&["TOKEN=CFPAT-{w:43}", r#"  key: "CFPAT-{w:43}","#])
        .no(&["TOKEN=CFPAT-{w:7}", r#"  key: "CFPAT-{x:43}","#]),
    form("contentful-delivery-token", "Contentful delivery token", &["contentful"],
        near!(r"contentful[\w .-]{0,20}(?:token|key)", "[A-Za-z0-9_=-]{43}"))
        .entropy(3.0)
        .aka(&["contentful-delivery-api-token"])
        .yes(&["CONTENTFUL_ACCESS_TOKEN={w:43}", r#"contentfulAccessToken: "{w:43}","#])
        .no(&["CONTENTFUL_ACCESS_TOKEN={w:7}", "OTHER={w:43}"]),
    form("airtable-token", "Airtable token", &["pat"],
        r"\bpat[A-Za-z0-9]{14}\.[0-9a-f]{64}\b")
        .aka(&["airtable-personnal-access-token"])
        .yes(&["TOKEN=pat{w:14}.{h:64}", r#"  key: "pat{w:14}.{h:64}","#])
        .no(&["TOKEN=pat{w:4}", r#"  key: "pat{x:14}.{x:64}","#]),
    form("airtable-key", "Airtable key", &["airtable"],
        near!(r"airtable[\w .-]{0,16}key", "key[A-Za-z0-9]{14}"))
        .aka(&["airtable-api-key"])
        .yes(&["AIRTABLE_API_KEY=key{w:14}", r#"airtableApiKey: "key{w:14}","#])
        .no(&["AIRTABLE_API_KEY=key{w:4}", "OTHER=key{w:14}"]),
    form("npm-token", "npm token", &["npm_"],
        r"\bnpm_[A-Za-z0-9]{36}\b")
        .check(checks::github)
        .aka(&["npm-access-token"])
        .yes(&["TOKEN=npm_{crc:30}", r#"  key: "npm_{crc:30}","#])
        .no(&["TOKEN=npm_{w:7}", r#"  key: "npm_{x:30}","#]),
    form("npmrc-auth", "npm registry credential", &["_authToken", "_auth=", "_password="],
        r#"_(?:authToken|auth|password)\s*=\s*["']?([A-Za-z0-9+/_=-]{16,})"#)
        .entropy(3.0)
        .check(checks::mixed)
        .yes(&["//registry.npmjs.org/:_authToken={w:36}", "_auth={b:40}"])
        .no(&["//registry.npmjs.org/:_authToken={w:7}", "_auth={x:40}"]),
    form("pypi-token", "PyPI token", &["pypi-Ag"],
        r"\bpypi-Ag(?:EIcHlwaS5vcmc|ENdGVzdC5weXBpLm9yZw)?[A-Za-z0-9_-]{50,}")
        .aka(&["pypi-upload-token"])
        .yes(&["TOKEN=pypi-AgEIcHlwaS5vcmc{w:120}", r#"  key: "pypi-AgEIcHlwaS5vcmc{w:120}","#])
        .no(&["TOKEN=pypi-AgEIcHlwaS5vcmc{w:7}", r#"  key: "pypi-AgEIcHlwaS5vcmc{x:120}","#]),
    form("rubygems-key", "RubyGems key", &["rubygems_"],
        r"\brubygems_[0-9a-f]{48}\b")
        .aka(&["rubygems-api-token"])
        .yes(&["TOKEN=rubygems_{h:48}", r#"  key: "rubygems_{h:48}","#])
        .no(&["TOKEN=rubygems_{h:7}", r#"  key: "rubygems_{x:48}","#]),
    form("crates-io-token", "crates.io token", &["cio"],
        r"\bcio[A-Za-z0-9]{32}\b")
        .check(checks::mixed)
        .yes(&["TOKEN=cio{w:32}", r#"  key: "cio{w:32}","#])
        .no(&["TOKEN=cio{w:7}", r#"  key: "cio{x:32}","#]),
    form("nuget-key", "NuGet key", &["oy2"],
        r"\boy2[a-z0-9]{43}\b")
        .yes(&["TOKEN=oy2{a:43}", r#"  key: "oy2{a:43}","#])
        .no(&["TOKEN=oy2{a:7}", r#"  key: "oy2{x:43}","#]),
    form("nuget-password", "password in a NuGet configuration", &["ClearTextPassword"],
        r#"(?i:key)=["']ClearTextPassword["']\s+value=["']([^"'\s]{6,})["']"#)
        .aka(&["nuget-config-password"])
        .yes(&[r#"<add key="ClearTextPassword" value="{w:14}" />"#, r#"<add key="ClearTextPassword" value="{w:20}"/>"#])
        .no(&[r#"<add key="ClearTextPassword" value="{w:4}"#, r#"<add key="ClearTextPassword" value="{x:20}"/>"#]),
    form("docker-token", "Docker Hub token", &["dckr_pat_", "dckr_oat_"],
        r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,40}")
        .yes(&["TOKEN=dckr_pat_{w:27}", r#"  key: "dckr_pat_{w:27}","#])
        .no(&["TOKEN=dckr_pat_{w:7}", r#"  key: "dckr_pat_{x:27}","#]),
    form("docker-auth", "registry login in a Docker configuration", &["auth"],
        r#"["']auth["']\s*:\s*["']([A-Za-z0-9+/]{16,}={0,2})["']"#)
        .check(checks::basic)
        .yes(&[r#"{"auths": {"r.example.org": {"auth": "{basic:9}"}}}"#, "'auth': '{basic:12}'"])
        .no(&[r#"{"auths": {"r.example.org": {"auth": "{basic:3}"#, "'auth': '{x:12}'"]),
    form("clojars-token", "Clojars token", &["CLOJARS_"],
        r"\bCLOJARS_[0-9a-f]{60}\b")
        .aka(&["clojars-api-token"])
        .yes(&["TOKEN=CLOJARS_{h:60}", r#"  key: "CLOJARS_{h:60}","#])
        .no(&["TOKEN=CLOJARS_{h:7}", r#"  key: "CLOJARS_{x:60}","#]),
    form("jfrog-key", "JFrog key", &["AKCp"],
        r"\bAKCp[A-Za-z0-9]{69}\b")
        .aka(&["artifactory-api-key"])
        .yes(&["TOKEN=AKCp{w:69}", r#"  key: "AKCp{w:69}","#])
        .no(&["TOKEN=AKCp{w:7}", r#"  key: "AKCp{x:69}","#]),
    form("jfrog-reference-token", "JFrog reference token", &["cmVmd"],
        r"\bcmVmd[A-Za-z0-9]{59}\b")
        .aka(&["artifactory-reference-token"])
        .yes(&["TOKEN=cmVmd{w:59}", r#"  key: "cmVmd{w:59}","#])
        .no(&["TOKEN=cmVmd{w:7}", r#"  key: "cmVmd{x:59}","#]),
    form("jfrog-identity-token", "JFrog token", &["jfrog", "artifactory", "bintray", "xray"],
        near!(r"(?:jfrog|artifactory|bintray|xray)[\w .-]{0,16}(?:token|key)", "[A-Za-z0-9]{64,73}"))
        .entropy(3.5)
        .aka(&["jfrog-api-key", "jfrog-identity-token"])
        .yes(&["JFROG_ACCESS_TOKEN={w:64}", r#"jfrogAccessToken: "{w:64}","#])
        .no(&["JFROG_ACCESS_TOKEN={w:7}", "OTHER={w:64}"]),
    form("packagist-token", "Packagist token", &["packagist_"],
        r"\bpackagist_(?:ort|out|uut|uot|uct)_[0-9a-f]{60,80}\b")
        .yes(&["TOKEN=packagist_uut_{h:68}", r#"  key: "packagist_uut_{h:68}","#])
        .no(&["TOKEN=packagist_uut_{h:7}", r#"  key: "packagist_uut_{x:68}","#]),
    form("gemfury-token", "Gemfury token", &["fury"],
        r"\b(?i:gem\.fury\.io|fury_auth_token|fury_token)\W{1,3}([A-Za-z0-9]{20})\b")
        .check(checks::mixed)
        .yes(&["FURY_AUTH_TOKEN={w:20}", "fury_token: {w:20}"])
        .no(&["FURY_AUTH_TOKEN={w:6}", "fury_token: {x:20}"]),
    form("docker-swarm-token", "Docker Swarm join token", &["SWMTKN-"],
        r"\bSWMTKN-1-[a-z0-9]{50}-[a-z0-9]{25}\b")
        .yes(&["TOKEN=SWMTKN-1-{a:50}-{a:25}", r#"  key: "SWMTKN-1-{a:50}-{a:25}","#])
        .no(&["TOKEN=SWMTKN-1-{a:7}", r#"  key: "SWMTKN-1-{x:50}-{x:25}","#]),
    form("age-key", "age secret key", &["AGE-SECRET-KEY-1"],
        r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b")
        .aka(&["age-secret-key"])
        .yes(&["TOKEN=AGE-SECRET-KEY-1{U:58}", r#"  key: "AGE-SECRET-KEY-1{U:58}","#])
        .no(&["TOKEN=AGE-SECRET-KEY-1{U:7}", r#"  key: "AGE-SECRET-KEY-1{x:58}","#]),
];
