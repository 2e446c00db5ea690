//! Mail, messages, social networks, identity.

use super::{Shape, checks, form, near};

#[rustfmt::skip]
pub const RULES: &[Shape] = &[
    form("slack-bot-token", "Slack bot token", &["xoxb-"],
        r"\bxoxb-[0-9]{8,14}-[A-Za-z0-9-]{12,64}")
        .aka(&["slack-bot-token", "slack-legacy-bot-token"])
        .yes(&["TOKEN=xoxb-{d:12}-{d:12}-{w:24}", r#"  key: "xoxb-{d:10}-{w:24}","#])
        .no(&["TOKEN=xoxb-{d:4}", r#"  key: "xoxb-{x:10}-{x:24}","#]),
    form("slack-user-token", "Slack user token", &["xoxp-", "xoxe-"],
        r"\bxox[pe]-(?:[0-9]{8,14}-){1,3}[A-Za-z0-9-]{24,64}")
        .aka(&["slack-user-token"])
        .yes(&["TOKEN=xoxp-{d:12}-{d:12}-{d:12}-{h:32}", r#"  key: "xoxp-{d:12}-{d:12}-{d:12}-{h:32}","#])
        .no(&["TOKEN=xoxp-{d:4}", r#"  key: "xoxp-{x:12}-{x:12}-{x:12}-{x:32}","#]),
    form("slack-app-token", "Slack app token", &["xapp-"],
        r"\bxapp-\d-[A-Z0-9]+-\d+-[a-z0-9]{10,80}")
        .aka(&["slack-app-token"])
        .yes(&["TOKEN=xapp-1-A{U:10}-{d:13}-{h:64}", r#"  key: "xapp-1-A{U:10}-{d:13}-{h:64}","#])
        .no(&["TOKEN=xapp-1-A{U:3}", r#"  key: "xapp-1-A{x:10}-{x:13}-{x:64}","#]),
    form("slack-config-token", "Slack configuration token", &["xoxe."],
        r"\bxoxe\.(?:xox[bp]-\d-[A-Z0-9]{120,200}|[a-z0-9-]{20,})")
        .aka(&["slack-config-access-token", "slack-config-refresh-token"])
        .yes(&["TOKEN=xoxe.xoxp-1-{U:163}", r#"  key: "xoxe.xoxp-1-{U:163}","#])
        .no(&["TOKEN=xoxe.xoxp-1-{U:7}", r#"  key: "xoxe.xoxp-1-{x:163}","#]),
    form("slack-token", "Slack token", &["xoxa-", "xoxs-", "xoxr-", "xoxo-", "xoxd-", "xoxe-"],
        r"\bxox[aeosrd]-(?:\d+-){0,4}[A-Za-z0-9%/+-]{10,120}")
        .check(checks::mixed)
        .aka(&["slack-legacy-token", "slack-legacy-workspace-token"])
        .yes(&["TOKEN=xoxs-{d:10}-{d:10}-{w:20}", r#"  key: "xoxs-{d:10}-{d:10}-{w:20}","#])
        .no(&["TOKEN=xoxs-{d:3}", r#"  key: "xoxs-{x:10}-{x:10}-{x:20}","#]),
    form("slack-webhook", "Slack webhook", &["hooks.slack.com/"],
        r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/_-]{30,80})")
        .aka(&["slack-webhook-url"])
        .yes(&["https://hooks.slack.com/services/T{U:8}/B{U:8}/{w:24}", "# https://hooks.slack.com/services/T{U:8}/B{U:8}/{w:24}"])
        .no(&["https://hooks.slack.com/services/T{U:2}", "https://hooks.slack.com/services/T{x:8}/B{x:8}/{x:24}"]),
    form("discord-webhook", "Discord webhook", &["/api/webhooks/"],
        r"discord(?:app)?\.com/api/webhooks/\d+/([A-Za-z0-9_-]{60,80})")
        .yes(&["https://discord.com/api/webhooks/{d:18}/{w:68}", "# https://discord.com/api/webhooks/{d:18}/{w:68}"])
        .no(&["https://discord.com/api/webhooks/{d:6}", "https://discord.com/api/webhooks/{x:18}/{x:68}"]),
    form("discord-token", "Discord bot token", &["discord", ".Gx", "bot"],
        r#"(?i:discord|bot)[\w .-]{0,20}["']?\s*(?:[:=,(]|=>)\s*["']?([MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38})"#)
        .aka(&["discord-api-token"])
        .yes(&["DISCORD_TOKEN=M{w:23}.{w:6}.{w:27}", r#"bot_token = "N{w:25}.{w:6}.{w:38}""#])
        .no(&["DISCORD_TOKEN=M{w:7}", r#"bot_token = "N{x:25}.{x:6}.{x:38}""#]),
    form("discord-secret", "Discord client secret", &["discord"],
        near!(r"discord[\w .-]{0,16}secret", "[A-Za-z0-9_-]{32}"))
        .entropy(3.0)
        .aka(&["discord-client-secret"])
        .yes(&["DISCORD_CLIENT_SECRET={w:32}", r#"discordClientSecret: "{w:32}","#])
        .no(&["DISCORD_CLIENT_SECRET={w:7}", "OTHER={w:32}"]),
    form("telegram-token", "Telegram bot token", &[":AA"],
        r"\b\d{8,10}:AA[A-Za-z0-9_-]{32,33}\b")
        .aka(&["telegram-bot-api-token"])
        .yes(&["TOKEN={d:10}:AA{w:33}", r#"  key: "{d:10}:AA{w:33}","#])
        .no(&["TOKEN={d:3}", r#"  key: "{x:10}:AA{x:33}","#]),
    form("teams-webhook", "Microsoft Teams webhook", &["webhook.office.com"],
        r"https://[a-z0-9-]+\.webhook\.office\.com/webhookb2/[0-9a-f-]{36}@[0-9a-f-]{36}/IncomingWebhook/([0-9a-f]{32}/[0-9a-f-]{36})")
        .aka(&["microsoft-teams-webhook"])
        .yes(&["https://acme.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{h:32}/{uuid}", "# https://acme.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{h:32}/{uuid}"])
        .no(&["https://acme.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{h:7}", "https://acme.webhook.office.com/webhookb2/{x:8}-{x:4}-{x:4}-{x:4}-{x:12}@{x:8}-{x:4}-{x:4}-{x:4}-{x:12}/IncomingWebhook/{x:32}/{x:8}-{x:4}-{x:4}-{x:4}-{x:12}"]),
    form("google-chat-webhook", "Google Chat webhook", &["chat.googleapis.com"],
        r"chat\.googleapis\.com/v1/spaces/[A-Za-z0-9_-]+/messages\?key=[A-Za-z0-9_-]+&(?:amp;)?token=([A-Za-z0-9_%-]{40,})")
        .yes(&["https://chat.googleapis.com/v1/spaces/{w:11}/messages?key=k{w:30}&token={w:43}", "# https://chat.googleapis.com/v1/spaces/{w:11}/messages?key=k{w:30}&token={w:43}"])
        .no(&["https://chat.googleapis.com/v1/spaces/{w:3}", "https://chat.googleapis.com/v1/spaces/{x:11}/messages?key=k{x:30}&token={x:43}"]),
    form("twilio-key", "Twilio key", &["SK"],
        r"\bSK[0-9a-f]{32}\b")
        .aka(&["twilio-api-key"])
        .yes(&["TOKEN=SK{h:32}", r#"  key: "SK{h:32}","#])
        .no(&["TOKEN=SK{h:7}", r#"  key: "SK{x:32}","#]),
    form("twilio-token", "Twilio token", &["twilio"],
        near!(r"twilio[\w .-]{0,20}(?:token|secret)", "[0-9a-f]{32}"))
        .yes(&["TWILIO_AUTH_TOKEN={h:32}", r#"twilioAuthToken: "{h:32}","#])
        .no(&["TWILIO_AUTH_TOKEN={h:7}", "OTHER={h:32}"]),
    form("sendgrid-key", "SendGrid key", &["SG."],
        r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}")
        .aka(&["sendgrid-api-token"])
        .yes(&["TOKEN=SG.{w:22}.{w:43}", r#"  key: "SG.{w:22}.{w:43}","#])
        .no(&["TOKEN=SG.{w:7}", r#"  key: "SG.{x:22}.{x:43}","#]),
    form("mailgun-key", "Mailgun key", &["key-"],
        r"\bkey-[0-9a-z]{32}\b")
        .check(checks::mixed)
        .aka(&["mailgun-private-api-token"])
        .yes(&["TOKEN=key-{h:32}", r#"  key: "key-{h:32}","#])
        .no(&["TOKEN=key-{h:7}", r#"  key: "key-{x:32}","#]),
    form("mailgun-signing-key", "Mailgun key", &["mailgun"],
        near!(r"mailgun[\w .-]{0,20}(?:key|token)", "[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}"))
        .aka(&["mailgun-signing-key", "mailgun-pub-key"])
        .yes(&["MAILGUN_SIGNING_KEY={h:32}-{h:8}-{h:8}", r#"mailgunSigningKey: "{h:32}-{h:8}-{h:8}","#])
        .no(&["MAILGUN_SIGNING_KEY={h:7}", "OTHER={h:32}-{h:8}-{h:8}"]),
    form("mailchimp-key", "Mailchimp key", &["-us"],
        r"\b[0-9a-f]{32}-us\d{1,2}\b")
        .aka(&["mailchimp-api-key"])
        .yes(&["TOKEN={h:32}-us12", r#"  key: "{h:32}-us12","#])
        .no(&["TOKEN={h:7}", r#"  key: "{x:32}-us12","#]),
    form("mandrill-key", "Mandrill key", &["md-"],
        r"\bmd-[A-Za-z0-9_-]{22}(?:[^A-Za-z0-9_-]|$)")
        .entropy(3.5)
        .check(checks::mixed)
        .yes(&["TOKEN=md-{w:22}", r#"  key: "md-{w:22}","#])
        .no(&["TOKEN=md-{w:7}", r#"  key: "md-{x:22}","#]),
    form("brevo-key", "Brevo key", &["xkeysib-"],
        r"\bxkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}\b")
        .aka(&["sendinblue-api-token"])
        .yes(&["TOKEN=xkeysib-{h:64}-{w:16}", r#"  key: "xkeysib-{h:64}-{w:16}","#])
        .no(&["TOKEN=xkeysib-{h:7}", r#"  key: "xkeysib-{x:64}-{x:16}","#]),
    form("postmark-token", "Postmark token", &["postmark"],
        near!(r"postmark[\w .-]{0,20}(?:token|key)", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"))
        .yes(&["POSTMARK_SERVER_TOKEN={uuid}", r#"postmarkServerToken: "{uuid}","#])
        .no(&["POSTMARK_SERVER_TOKEN={h:20}", "OTHER={uuid}"]),
    form("sparkpost-key", "SparkPost key", &["sparkpost"],
        near!(r"sparkpost[\w .-]{0,16}key", "[0-9a-f]{40}"))
        .yes(&["SPARKPOST_API_KEY={h:40}", r#"sparkpostApiKey: "{h:40}","#])
        .no(&["SPARKPOST_API_KEY={h:7}", "OTHER={h:40}"]),
    form("resend-key", "Resend key", &["re_"],
        r"\bre_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}\b")
        .check(checks::mixed)
        .yes(&["TOKEN=re_{w:8}_{w:24}", r#"  key: "re_{w:8}_{w:24}","#])
        .no(&["TOKEN=re_{w:2}", r#"  key: "re_{x:8}_{x:24}","#]),
    form("messagebird-token", "MessageBird token", &["messagebird"],
        near!(r"message_?-?bird[\w .-]{0,16}(?:token|key)", "[A-Za-z0-9]{25}"))
        .entropy(3.0)
        .aka(&["messagebird-api-token"])
        .yes(&["MESSAGEBIRD_API_KEY={w:25}", r#"messagebirdApiKey: "{w:25}","#])
        .no(&["MESSAGEBIRD_API_KEY={w:7}", "OTHER={w:25}"]),
    form("vonage-secret", "Vonage secret", &["vonage", "nexmo"],
        near!(r"(?:vonage|nexmo)[\w .-]{0,16}secret", "[A-Za-z0-9]{16}"))
        .entropy(3.0)
        .check(checks::mixed)
        .yes(&["NEXMO_API_SECRET={a:16}", r#"nexmoApiSecret: "{a:16}","#])
        .no(&["NEXMO_API_SECRET={a:5}", "OTHER={a:16}"]),
    form("sendbird-token", "Sendbird token", &["sendbird"],
        near!(r"sendbird[\w .-]{0,16}(?:token|key)", "[0-9a-f]{40}"))
        .aka(&["sendbird-access-token"])
        .yes(&["SENDBIRD_API_TOKEN={h:40}", r#"sendbirdApiToken: "{h:40}","#])
        .no(&["SENDBIRD_API_TOKEN={h:7}", "OTHER={h:40}"]),
    form("intercom-token", "Intercom token", &["intercom"],
        near!(r"intercom[\w .-]{0,16}(?:token|key|secret)", "dG9r[A-Za-z0-9+/=_-]{40,}|[A-Za-z0-9=_-]{60}"))
        .aka(&["intercom-api-key"])
        .yes(&["INTERCOM_ACCESS_TOKEN={w:60}", r#"intercomAccessToken: "{w:60}","#])
        .no(&["INTERCOM_ACCESS_TOKEN={w:7}", "OTHER={w:60}"]),
    form("zendesk-token", "Zendesk token", &["zendesk"],
        near!(r"zendesk[\w .-]{0,16}(?:token|key|secret)", "[A-Za-z0-9]{40}"))
        .aka(&["zendesk-secret-key"])
        .yes(&["ZENDESK_API_TOKEN={w:40}", r#"zendeskApiToken: "{w:40}","#])
        .no(&["ZENDESK_API_TOKEN={w:7}", "OTHER={w:40}"]),
    form("hubspot-token", "HubSpot token", &["pat-na1-", "pat-eu1-", "pat-na2-"],
        r"\bpat-(?:na|eu|ap)\d-[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\b")
        .yes(&["TOKEN=pat-na1-{uuid}", r#"  key: "pat-na1-{uuid}","#])
        .no(&["TOKEN=pat-na1-{h:20}", r#"  key: "pat-na1-{x:8}-{x:4}-{x:4}-{x:4}-{x:12}","#]),
    form("hubspot-key", "HubSpot key", &["hubspot", "hapikey"],
        near!(r"(?:hubspot[\w .-]{0,16}key|hapikey)", "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"))
        .aka(&["hubspot-api-key"])
        .yes(&["HUBSPOT_API_KEY={uuid}", r#"hubspotApiKey: "{uuid}","#])
        .no(&["HUBSPOT_API_KEY={h:20}", "OTHER={uuid}"]),
    form("salesforce-token", "Salesforce session", &["00D"],
        r"\b00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?![A-Za-z0-9._]{90,110}")
        .yes(&["TOKEN=00D{w:12}!{w:96}", r#"  key: "00D{w:12}!{w:96}","#])
        .no(&["TOKEN=00D{w:4}", r#"  key: "00D{x:12}!{x:96}","#]),
    form("zoho-token", "Zoho token", &["1000."],
        r"\b1000\.[0-9a-f]{32}\.[0-9a-f]{32}\b")
        .yes(&["TOKEN=1000.{h:32}.{h:32}", r#"  key: "1000.{h:32}.{h:32}","#])
        .no(&["TOKEN=1000.{h:7}", r#"  key: "1000.{x:32}.{x:32}","#]),
    form("facebook-token", "Facebook token", &["EAA"],
        r"\bEAA[A-Za-z0-9]{1,3}[A-Za-z0-9]{90,400}\b")
        .check(checks::mixed)
        .aka(&["facebook-page-access-token", "facebook-access-token"])
        .yes(&["TOKEN=EAAC{w:120}", r#"  key: "EAAC{w:120}","#])
        .no(&["TOKEN=EAAC{w:7}", r#"  key: "EAAC{x:120}","#]),
    form("facebook-secret", "Facebook app secret", &["facebook", "fb_"],
        near!(r"(?:facebook|fb)[\w .-]{0,16}secret", "[0-9a-f]{32}"))
        .aka(&["facebook-secret"])
        .yes(&["FACEBOOK_APP_SECRET={h:32}", r#"facebookAppSecret: "{h:32}","#])
        .no(&["FACEBOOK_APP_SECRET={h:7}", "OTHER={h:32}"]),
    form("instagram-token", "Instagram token", &["IGQV", "IGAA"],
        r"\bIG(?:QV|AA)[A-Za-z0-9_-]{100,250}")
        .yes(&["TOKEN=IGQV{w:140}", r#"  key: "IGQV{w:140}","#])
        .no(&["TOKEN=IGQV{w:7}", r#"  key: "IGQV{x:140}","#]),
    form("twitter-bearer", "Twitter bearer token", &["AAAAAAAAAAAAAAAAAAAA"],
        r"\bA{20,24}[A-Za-z0-9%]{60,120}")
        .check(checks::twitter)
        .aka(&["twitter-bearer-token"])
        .yes(&["TOKEN=AAAAAAAAAAAAAAAAAAAAAA{w:90}", r#"  key: "AAAAAAAAAAAAAAAAAAAAAA{w:90}","#])
        .no(&["TOKEN=AAAAAAAAAAAAAAAAAAAAAA{w:7}", r#"  key: "AAAAAAAAAAAAAAAAAAAAAA{x:90}","#]),
    form("twitter-secret", "Twitter secret", &["twitter", "tweet", "consumer"],
        near!(r"(?:twitter[\w .-]{0,24}secret|consumer_?secret)", "[A-Za-z0-9]{45}|[A-Za-z0-9]{50}"))
        .entropy(3.0)
        .aka(&["twitter-access-secret", "twitter-api-secret"])
        .yes(&["TWITTER_CONSUMER_SECRET={w:50}", r#"twitterConsumerSecret: "{w:50}","#])
        .no(&["TWITTER_CONSUMER_SECRET={w:7}", "OTHER={w:50}"]),
    form("twitter-key", "Twitter key", &["twitter"],
        near!(r"twitter[\w .-]{0,24}(?:key|token)", r"[A-Za-z0-9]{25}|\d{8,20}-[A-Za-z0-9]{40}"))
        .entropy(3.0)
        .aka(&["twitter-api-key", "twitter-access-token"])
        .yes(&["TWITTER_API_KEY={w:25}", r#"twitterApiKey: "{w:25}","#])
        .no(&["TWITTER_API_KEY={w:7}", "OTHER={w:25}"]),
    form("twitch-secret", "Twitch secret", &["twitch"],
        near!(r"twitch[\w .-]{0,16}(?:secret|token|key)", "[a-z0-9]{30}"))
        .entropy(3.0)
        .aka(&["twitch-api-token"])
        .yes(&["TWITCH_CLIENT_SECRET={a:30}", r#"twitchClientSecret: "{a:30}","#])
        .no(&["TWITCH_CLIENT_SECRET={a:7}", "OTHER={a:30}"]),
    form("spotify-secret", "Spotify secret", &["spotify"],
        near!(r"spotify[\w .-]{0,16}secret", "[0-9a-f]{32}"))
        .yes(&["SPOTIFY_CLIENT_SECRET={h:32}", r#"spotifyClientSecret: "{h:32}","#])
        .no(&["SPOTIFY_CLIENT_SECRET={h:7}", "OTHER={h:32}"]),
    form("reddit-secret", "Reddit secret", &["reddit"],
        near!(r"reddit[\w .-]{0,16}secret", "[A-Za-z0-9_-]{27,30}"))
        .entropy(3.0)
        .yes(&["REDDIT_CLIENT_SECRET={w:27}", r#"redditClientSecret: "{w:27}","#])
        .no(&["REDDIT_CLIENT_SECRET={w:7}", "OTHER={w:27}"]),
    form("dropbox-token", "Dropbox token", &["sl."],
        r"\bsl\.(?:u\.)?[A-Za-z0-9_-]{100,}")
        .aka(&["dropbox-short-lived-api-token"])
        .yes(&["TOKEN=sl.{w:136}", r#"  key: "sl.{w:136}","#])
        .no(&["TOKEN=sl.{w:7}", r#"  key: "sl.{x:136}","#]),
    form("dropbox-secret", "Dropbox secret", &["dropbox"],
        near!(r"dropbox[\w .-]{0,16}(?:secret|key|token)", "[a-z0-9]{15}|[A-Za-z0-9]{11}AAAAAAAAAA[A-Za-z0-9_=-]{43}"))
        .entropy(3.0)
        .check(checks::mixed)
        .aka(&["dropbox-api-token", "dropbox-long-lived-api-token"])
        .yes(&["DROPBOX_APP_SECRET={a:15}", r#"dropboxAppSecret: "{a:15}","#])
        .no(&["DROPBOX_APP_SECRET={a:5}", "OTHER={a:15}"]),
    form("okta-token", "Okta token", &["okta"],
        near!(r"okta[\w .-]{0,16}(?:token|key)", "00[A-Za-z0-9_=-]{40}"))
        .aka(&["okta-access-token"])
        .yes(&["OKTA_API_TOKEN=00{w:40}", r#"oktaApiToken: "00{w:40}","#])
        .no(&["OKTA_API_TOKEN=00{w:7}", "OTHER=00{w:40}"]),
    form("auth0-secret", "Auth0 secret", &["auth0"],
        near!(r"auth0[\w .-]{0,16}secret", "[A-Za-z0-9_-]{64}"))
        .yes(&["AUTH0_CLIENT_SECRET={w:64}", r#"auth0ClientSecret: "{w:64}","#])
        .no(&["AUTH0_CLIENT_SECRET={w:7}", "OTHER={w:64}"]),
    form("duo-secret", "Duo secret", &["duo"],
        near!(r"\bduo[\w .-]{0,16}(?:secret|skey)[\w]{0,6}", "[A-Za-z0-9]{40}"))
        .yes(&["DUO_SECRET_KEY={w:40}", r#"duoSecretKey: "{w:40}","#])
        .no(&["DUO_SECRET_KEY={w:7}", "OTHER={w:40}"]),
    form("ory-token", "Ory token", &["ory_at_", "ory_rt_", "ory_ac_"],
        r"\bory_(?:at|rt|ac)_[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}")
        .yes(&["TOKEN=ory_at_{w:43}.{w:43}", r#"  key: "ory_at_{w:43}.{w:43}","#])
        .no(&["TOKEN=ory_at_{w:7}", r#"  key: "ory_at_{x:43}.{x:43}","#]),
    form("matrix-token", "Matrix token", &["syt_"],
        r"\bsyt_[A-Za-z0-9]{2,}_[A-Za-z]{20}_[A-Za-z0-9]{6}\b")
        .yes(&["TOKEN=syt_{w:8}_{l:20}_{w:6}", r#"  key: "syt_{w:8}_{l:20}_{w:6}","#])
        .no(&["TOKEN=syt_{w:2}", r#"  key: "syt_{x:8}_{x:20}_{x:6}","#]),
    form("mattermost-token", "Mattermost token", &["mattermost"],
        near!(r"mattermost[\w .-]{0,16}token", "[a-z0-9]{26}"))
        .entropy(3.0)
        .aka(&["mattermost-access-token"])
        .yes(&["MATTERMOST_TOKEN={a:26}", r#"mattermostToken: "{a:26}","#])
        .no(&["MATTERMOST_TOKEN={a:7}", "OTHER={a:26}"]),
    form("vapid-key", "VAPID private key", &["vapid"],
        r#"(?i:vapid[\w .-]{0,16}private[\w .-]{0,8})["']?\s*[:=]\s*["']?([A-Za-z0-9_-]{43})(?:[^A-Za-z0-9_-]|$)"#)
        .yes(&["VAPID_PRIVATE_KEY={w:43}", r#"vapidPrivateKey: "{w:43}""#])
        .no(&["VAPID_PRIVATE_KEY={w:7}", r#"vapidPrivateKey: "{x:43}""#]),
];
