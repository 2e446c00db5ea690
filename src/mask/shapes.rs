//! Token forms that their vendors publish. The secret scan and the masking function share this table,
//! so that whatever the one would report, the other hides.

use super::finder::Rule;

const fn shape(id: &'static str, name: &'static str, keywords: &'static [&'static str], pattern: &'static str) -> Rule {
    Rule { id, name, keywords, pattern, entropy: 0.0 }
}

/// A form that words or placeholders could also have: the secret must look random.
const fn random(
    id: &'static str,
    name: &'static str,
    keywords: &'static [&'static str],
    pattern: &'static str,
) -> Rule {
    Rule { id, name, keywords, pattern, entropy: 3.0 }
}

/// Chosen by a person perhaps, but not a word that stands for a password.
const fn password(
    id: &'static str,
    name: &'static str,
    keywords: &'static [&'static str],
    pattern: &'static str,
) -> Rule {
    Rule { id, name, keywords, pattern, entropy: 2.0 }
}

pub const SHAPES: &[Rule] = &[
    // Forges
    shape(
        "github-token",
        "GitHub token",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        r"gh[pousr]_[A-Za-z0-9_]{36,}(?:\.[A-Za-z0-9_-]+){0,2}",
    ),
    shape("github-pat", "GitHub fine-grained token", &["github_pat_"], r"github_pat_[A-Za-z0-9_]{36,}"),
    shape(
        "gitlab-token",
        "GitLab token",
        &["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glsoat-", "glagent-", "gloas-"],
        r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|soat|agent|oas)-[A-Za-z0-9_.-]{20,}",
    ),
    shape(
        "bitbucket-token",
        "Bitbucket token",
        &["ATBB", "ATCTT3"],
        r"(?:ATBB[A-Za-z0-9]{24,}|ATCTT3[A-Za-z0-9_=-]{50,})",
    ),
    shape("atlassian-token", "Atlassian token", &["ATATT3"], r"ATATT3[A-Za-z0-9_=-]{50,}"),
    // Clouds
    shape(
        "aws-access-key-id",
        "AWS access key id",
        &["AKIA", "ASIA", "ABIA", "ACCA"],
        r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b",
    ),
    random(
        "aws-secret-key",
        "AWS secret access key",
        &["aws_secret", "secretaccesskey", "secret_access_key", "aws-secret", "awssecret"],
        r#"(?i:aws_?-?secret|secret_?access_?key)[\w-]{0,20}["']?\s*(?:=>|[:=,])\s*["']?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+]|$)"#,
    ),
    shape("google-api-key", "Google API key", &["AIza"], r"AIza[A-Za-z0-9_-]{35}"),
    shape("google-oauth-secret", "Google OAuth client secret", &["GOCSPX-"], r"GOCSPX-[A-Za-z0-9_-]{28}"),
    shape(
        "google-oauth-token",
        "Google OAuth token",
        &["ya29.", "1//0"],
        r"(?:ya29\.[A-Za-z0-9_-]{30,}|1//0[A-Za-z0-9_-]{40,})",
    ),
    shape("azure-storage-key", "Azure storage key", &["AccountKey="], r"(?i:AccountKey)=([A-Za-z0-9+/]{86}==)"),
    shape("azure-client-secret", "Azure client secret", &["Q~"], r"[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}"),
    shape("digitalocean-token", "DigitalOcean token", &["doo_v1_", "dop_v1_", "dor_v1_"], r"do[opr]_v1_[0-9a-f]{64}"),
    shape("databricks-token", "Databricks token", &["dapi"], r"\bdapi[0-9a-f]{32}(?:-\d)?\b"),
    shape("vault-token", "HashiCorp Vault token", &["hvs.", "hvb.", "hvr."], r"\bhv[sbr]\.[A-Za-z0-9_-]{24,}"),
    shape("terraform-token", "Terraform Cloud token", &[".atlasv1."], r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}"),
    shape(
        "doppler-token",
        "Doppler token",
        &["dp.pt.", "dp.st.", "dp.ct.", "dp.sa."],
        r"\bdp\.(?:pt|ct|sa|st(?:\.[a-z0-9_-]{2,35})?)\.[A-Za-z0-9]{40,}",
    ),
    shape("pulumi-token", "Pulumi token", &["pul-"], r"\bpul-[0-9a-f]{40}\b"),
    shape("planetscale-token", "PlanetScale token", &["pscale_"], r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,}"),
    shape(
        "supabase-token",
        "Supabase token",
        &["sbp_", "sb_secret_"],
        r"\b(?:sbp_[0-9a-f]{40}|sb_secret_[A-Za-z0-9_-]{20,})",
    ),
    shape("tailscale-key", "Tailscale key", &["tskey-"], r"tskey-[a-z]+-[A-Za-z0-9]{8,}-[A-Za-z0-9]{20,}"),
    // Package registries
    shape("npm-token", "npm token", &["npm_"], r"\bnpm_[A-Za-z0-9]{36}\b"),
    random(
        "npmrc-auth",
        "npm registry credential",
        &["_authToken", "_auth=", "_password="],
        r#"_(?:authToken|auth|password)\s*=\s*["']?([A-Za-z0-9+/_=-]{16,})"#,
    ),
    shape("pypi-token", "PyPI token", &["pypi-Ag"], r"pypi-Ag[A-Za-z0-9_-]{50,}"),
    shape("rubygems-key", "RubyGems key", &["rubygems_"], r"rubygems_[0-9a-f]{48}"),
    shape("crates-io-token", "crates.io token", &["cio"], r"\bcio[A-Za-z0-9]{32}\b"),
    shape("nuget-key", "NuGet key", &["oy2"], r"\boy2[a-z0-9]{43}\b"),
    shape("docker-token", "Docker Hub token", &["dckr_pat_", "dckr_oat_"], r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}"),
    // Models
    shape("anthropic-key", "Anthropic key", &["sk-ant-"], r"sk-ant-[A-Za-z0-9_-]{24,}"),
    shape(
        "openai-key",
        "OpenAI key",
        &["sk-proj-", "sk-svcacct-", "sk-admin-", "T3BlbkFJ"],
        r"(?:sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})",
    ),
    shape("openrouter-key", "OpenRouter key", &["sk-or-v1-"], r"sk-or-v1-[0-9a-f]{64}"),
    shape("huggingface-token", "Hugging Face token", &["hf_"], r"\bhf_[A-Za-z0-9]{34,}\b"),
    shape("groq-key", "Groq key", &["gsk_"], r"\bgsk_[A-Za-z0-9]{48,}\b"),
    shape("replicate-token", "Replicate token", &["r8_"], r"\br8_[A-Za-z0-9]{37}\b"),
    // Payment, mail and messages
    shape(
        "stripe-key",
        "Stripe key",
        &["sk_live_", "rk_live_", "sk_test_", "rk_test_"],
        r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}",
    ),
    shape("stripe-webhook-secret", "webhook signing secret", &["whsec_"], r"\bwhsec_[A-Za-z0-9+/=]{32,}"),
    shape("square-token", "Square token", &["sq0atp-", "sq0csp-"], r"\bsq0(?:atp|csp)-[A-Za-z0-9_-]{22,}"),
    shape(
        "shopify-token",
        "Shopify token",
        &["shpat_", "shpca_", "shppa_", "shpss_"],
        r"shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32}",
    ),
    shape(
        "slack-token",
        "Slack token",
        &["xox", "xapp-"],
        r"(?:xox[abeoprs][-.][A-Za-z0-9.-]{10,}|xapp-\d-[A-Za-z0-9-]{20,})",
    ),
    shape(
        "slack-webhook",
        "Slack webhook",
        &["hooks.slack.com/"],
        r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/_-]{30,})",
    ),
    shape(
        "discord-webhook",
        "Discord webhook",
        &["/api/webhooks/"],
        r"discord(?:app)?\.com/api/webhooks/\d+/([A-Za-z0-9_-]{60,})",
    ),
    shape("telegram-token", "Telegram bot token", &[":AA"], r"\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b"),
    shape("sendgrid-key", "SendGrid key", &["SG."], r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    shape("mailgun-key", "Mailgun key", &["key-"], r"\bkey-[0-9a-f]{32}\b"),
    shape("mailchimp-key", "Mailchimp key", &["-us"], r"\b[0-9a-f]{32}-us\d{1,2}\b"),
    random(
        "twilio-token",
        "Twilio token",
        &["twilio"],
        r#"(?i:twilio)[\w .-]{0,30}["']?\s*[:=]\s*["']?((?:SK)?[0-9a-f]{32})\b"#,
    ),
    // Tools
    shape(
        "grafana-token",
        "Grafana token",
        &["glsa_", "glc_"],
        r"\b(?:glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|glc_[A-Za-z0-9+/=]{32,})",
    ),
    shape("newrelic-key", "New Relic key", &["NRAK-"], r"NRAK-[A-Z0-9]{27}"),
    shape("sentry-token", "Sentry token", &["sntrys_", "sntryu_"], r"sntry[su]_[A-Za-z0-9+/=_-]{50,}"),
    shape("linear-key", "Linear key", &["lin_api_"], r"lin_api_[A-Za-z0-9]{40}"),
    shape("notion-token", "Notion token", &["ntn_"], r"\bntn_[A-Za-z0-9]{40,}"),
    shape("figma-token", "Figma token", &["figd_"], r"\bfigd_[A-Za-z0-9_-]{40,}"),
    shape("postman-key", "Postman key", &["PMAK-"], r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    shape("age-key", "age secret key", &["AGE-SECRET-KEY-1"], r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    // Forms that no vendor owns
    shape("jwt", "JSON web token", &["eyJ"], r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    shape(
        "private-key",
        "private key",
        &["PRIVATE KEY"],
        r#"(?s)-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:(?:\\r)?(?:\\n|\r?\n)[\s"'`+#/*|>]*[A-Za-z0-9+/]{4}| [A-Za-z0-9+/]{40}).*?(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\z)"#,
    ),
    random(
        "authorization-header",
        "authorization header",
        &["authorization"],
        r#"(?i)authorization["']?(?:\s*[:=]\s*["']?(?:(?:basic|bearer|token|digest|apikey|negotiate)\s+)?|\s*,\s*["'](?:basic|bearer|token)\s+)([A-Za-z0-9+/=._~-]{6,})"#,
    ),
    password(
        "url-credentials",
        "credentials in a URL",
        &["://"],
        r#"[A-Za-z][A-Za-z0-9+.-]*://(?:[^\s/:@"'<>?#]*:([^\s/@"'<>]{3,})|[A-Za-z0-9_-]{20,})@"#,
    ),
];
