//! Clouds: machines, storage, networks.

use super::{Shape, checks, form, near};

#[rustfmt::skip]
pub const RULES: &[Shape] = &[
    form("aws-access-key-id", "AWS access key id", &["AKIA", "ASIA", "ABIA", "ACCA", "A3T"],
        r"\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b")
        .check(checks::aws)
        .aka(&["aws-access-token"])
        .yes(&["TOKEN=AKIA{aws:16}", r#"  key: "ASIA{aws:16}","#])
        .no(&["TOKEN=AKIA{aws:5}", r#"  key: "ASIA{x:16}","#]),
    form("aws-secret-key", "AWS secret access key", &["aws", "secretaccesskey", "secret_access_key", "secret-access-key", "secretkey", "secret.key", "secret_key"],
        r#"(?i:aws_?-?secret|secret[_. -]?access[_. -]?key|secret[_.-]?key)[\w.-]{0,20}["'\]]{0,2}\s*(?:=>|[:=,(>])\s*(?:aws\.String\()?\\?["'`]?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)"#)
        .entropy(3.5)
        .check(checks::mixed)
        .yes(&["aws_secret_access_key = {b:40}", r#"secretAccessKey: "{b:40}""#])
        .no(&["aws_secret_access_key = {b:7}", r#"secretAccessKey: "{x:40}""#]),
    form("aws-session-token", "AWS session token", &["session_token", "sessiontoken"],
        r#"(?i:session_?token)["']?\s*(?:=>|[:=,])\s*["']?((?:IQoJ|FwoG|FQoG|AQoD)[A-Za-z0-9/+=]{100,})"#)
        .yes(&["aws_session_token=IQoJ{b:160}", "# aws_session_token=IQoJ{b:160}"])
        .no(&["aws_session_token=IQoJ{b:7}", "aws_session_token=IQoJ{x:160}"]),
    form("aws-bedrock-key", "AWS Bedrock key", &["ABSK", "bedrock-api-key-"],
        r"\b(?:ABSK[A-Za-z0-9+/]{109,269}={0,2}|bedrock-api-key-[A-Za-z0-9+/=]{60,})")
        .aka(&["aws-amazon-bedrock-api-key-long-lived", "aws-amazon-bedrock-api-key-short-lived"])
        .yes(&["TOKEN=ABSK{b:120}", r#"  key: "ABSK{b:120}","#])
        .no(&["TOKEN=ABSK{b:7}", r#"  key: "ABSK{x:120}","#]),
    form("aws-mws-token", "Amazon MWS token", &["amzn.mws."],
        r"\bamzn\.mws\.[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
        .yes(&["TOKEN=amzn.mws.{uuid}", r#"  key: "amzn.mws.{uuid}","#])
        .no(&["TOKEN=amzn.mws.{h:20}", r#"  key: "amzn.mws.{x:8}-{x:4}-{x:4}-{x:4}-{x:12}","#]),
    form("aws-appsync-key", "AWS AppSync key", &["da2-"],
        r"\bda2-[a-z0-9]{26}\b")
        .entropy(3.0)
        .yes(&["TOKEN=da2-{a:26}", r#"  key: "da2-{a:26}","#])
        .no(&["TOKEN=da2-{a:7}", r#"  key: "da2-{x:26}","#]),
    form("google-api-key", "Google API key", &["AIza"],
        r"\bAIza[A-Za-z0-9_-]{35}(?:[^A-Za-z0-9_-]|$)")
        .aka(&["gcp-api-key"])
        .yes(&["TOKEN=AIza{u:35}", r#"  key: "AIza{u:35}","#])
        .no(&["TOKEN=AIza{u:7}", r#"  key: "AIza{x:35}","#]),
    form("google-oauth-secret", "Google OAuth client secret", &["GOCSPX-"],
        r"\bGOCSPX-[A-Za-z0-9_-]{28}")
        .yes(&["TOKEN=GOCSPX-{w:28}", r#"  key: "GOCSPX-{w:28}","#])
        .no(&["TOKEN=GOCSPX-{w:7}", r#"  key: "GOCSPX-{x:28}","#]),
    form("google-oauth-token", "Google OAuth token", &["ya29.", "1//0"],
        r"(?:\bya29\.[A-Za-z0-9_-]{30,1000}|\b1//0[A-Za-z0-9_-]{40,400})")
        .yes(&["TOKEN=ya29.{w:60}", r#"  key: "1//0{w:60}","#])
        .no(&["TOKEN=ya29.{w:7}", r#"  key: "1//0{x:60}","#]),
    form("google-service-account", "Google service account key id", &["private_key_id"],
        r#"["']private_key_id["']\s*:\s*["']([0-9a-f]{40})["']"#)
        .yes(&[r#""private_key_id": "{h:40}""#, "'private_key_id': '{h:40}'"])
        .no(&[r#""private_key_id": "{h:7}"#, "'private_key_id': '{x:40}'"]),
    form("firebase-server-key", "Firebase server key", &["AAAA"],
        r"\bAAAA[A-Za-z0-9_-]{7}:APA91b[A-Za-z0-9_-]{120,180}")
        .yes(&["TOKEN=AAAA{w:7}:APA91b{w:134}", r#"  key: "AAAA{w:7}:APA91b{w:134}","#])
        .no(&["TOKEN=AAAA{w:7}:APA91b{w:7}", r#"  key: "AAAA{x:7}:APA91b{x:134}","#]),
    form("recaptcha-secret", "reCAPTCHA secret", &["recaptcha", "captcha"],
        near!(r"captcha[\w .-]{0,16}(?:secret|private)[\w]{0,8}", "6L[A-Za-z0-9_-]{38}"))
        .yes(&["RECAPTCHA_SECRET_KEY=6L{w:38}", r#"recaptchaSecretKey: "6L{w:38}","#])
        .no(&["RECAPTCHA_SECRET_KEY=6L{w:7}", "OTHER=6L{w:38}"]),
    form("azure-storage-key", "Azure storage key", &["AccountKey"],
        r#"(?i:AccountKey)["']?\s*[=:]\s*["']?([A-Za-z0-9+/]{86}==)"#)
        .yes(&["AccountKey={b:86}==", r#""AccountKey": "{b:86}==""#])
        .no(&["AccountKey={b:7}", r#""AccountKey": "{x:86}==""#]),
    form("azure-identifiable-key", "Azure service key", &["+ASt", "ACDb", "AzSe", "AzFu", "AzCa", "+AMC", "+ARm", "+AEh", "+ASb", "+ACR", "AIoT", "APIM", "+ABa"],
        r"(?:\b[A-Za-z0-9+/]{76}(?:\+ASt|ACDb|\+ABa|\+AMC)[A-Za-z0-9+/]{5}[AQgw]==|\b[A-Za-z0-9]{42}(?:AzSe|AzCa)[A-Za-z0-9]{6}\b|\b[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{5}[AQgw]==|\b[A-Za-z0-9+/]{33}(?:AIoT|\+ASb|\+AEh|\+ARm)[A-P][A-Za-z0-9+/]{5}=|\b[A-Za-z0-9+/]{42}\+ACR[A-D][A-Za-z0-9+/]{5}\b)")
        .yes(&["{w:76}+ASt{w:5}Q==", r#"  key: "{w:42}AzSe{w:6}","#])
        .no(&["TOKEN={w:7}", r#"  key: "{x:42}AzSe{x:6}","#]),
    form("azure-client-secret", "Azure client secret", &["Q~"],
        r"(?:^|[^A-Za-z0-9_~.-])([A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34})(?:[^A-Za-z0-9_~.-]|$)")
        .aka(&["azure-ad-client-secret"])
        .yes(&["TOKEN={w:3}8Q~{w:34}", r#"  key: "{w:3}8Q~{w:34}","#])
        .no(&["TOKEN={w:3}8Q~{w:7}", r#"  key: "{x:3}8Q~{x:34}","#]),
    form("azure-sas", "Azure shared access signature", &["sig=", "SharedAccessSignature"],
        r#"(?i:[?&]sv=20\d\d-\d\d-\d\d[^\s"\']*?&sig=|SharedAccessSignature[^\s"\']*?[&?]sig=)([A-Za-z0-9%+/]{40,}(?:%3D|=)?)"#)
        .yes(&["https://a.blob.core.windows.net/c?sv=2022-11-02&ss=b&sig={b:43}%3D", "SharedAccessSignature=sv=2022-11-02&sr=x&sig={b:43}%3D"])
        .no(&["https://a.blob.core.windows.net/c?sv=2022-11-02&ss=b&sig={b:7}", "SharedAccessSignature=sv=2022-11-02&sr=x&sig={x:43}%3D"]),
    form("digitalocean-token", "DigitalOcean token", &["doo_v1_", "dop_v1_", "dor_v1_"],
        r"\bdo[opr]_v1_[0-9a-f]{64}\b")
        .aka(&["digitalocean-access-token", "digitalocean-pat", "digitalocean-refresh-token"])
        .yes(&["TOKEN=dop_v1_{h:64}", r#"  key: "dop_v1_{h:64}","#])
        .no(&["TOKEN=dop_v1_{h:7}", r#"  key: "dop_v1_{x:64}","#]),
    form("databricks-token", "Databricks token", &["dapi"],
        r"\bdapi[0-9a-f]{32}(?:-\d)?\b")
        .aka(&["databricks-api-token"])
        .yes(&["TOKEN=dapi{h:32}", r#"  key: "dapi{h:32}","#])
        .no(&["TOKEN=dapi{h:7}", r#"  key: "dapi{x:32}","#]),
    form("heroku-key", "Heroku key", &["HRKU-"],
        r"\bHRKU-(?:AA[A-Za-z0-9_-]{58}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})")
        .aka(&["heroku-api-key-v2"])
        .yes(&["TOKEN=HRKU-AA{w:58}", r#"  key: "HRKU-AA{w:58}","#])
        .no(&["TOKEN=HRKU-AA{w:7}", r#"  key: "HRKU-AA{x:58}","#]),
    form("heroku-legacy-key", "Heroku key", &["heroku"],
        near!(r"heroku[\w .-]{0,16}(?:key|token)", "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"))
        .aka(&["heroku-api-key"])
        .yes(&["HEROKU_API_KEY={uuid}", r#"herokuApiKey: "{uuid}","#])
        .no(&["HEROKU_API_KEY={h:20}", "OTHER={uuid}"]),
    form("linode-token", "Linode token", &["linode"],
        near!(r"linode[\w .-]{0,16}(?:token|key)", "[0-9a-f]{64}"))
        .yes(&["LINODE_TOKEN={h:64}", r#"linodeToken: "{h:64}","#])
        .no(&["LINODE_TOKEN={h:7}", "OTHER={h:64}"]),
    form("vultr-key", "Vultr key", &["vultr"],
        near!(r"vultr[\w .-]{0,16}key", "[A-Z0-9]{36}"))
        .yes(&["VULTR_API_KEY={U:36}", r#"vultrApiKey: "{U:36}","#])
        .no(&["VULTR_API_KEY={U:7}", "OTHER={U:36}"]),
    form("hetzner-token", "Hetzner Cloud token", &["hcloud", "hetzner"],
        near!(r"(?:hcloud|hetzner)[\w .-]{0,16}(?:token|key)", "[A-Za-z0-9]{64}"))
        .yes(&["HCLOUD_TOKEN={w:64}", r#"hcloudToken: "{w:64}","#])
        .no(&["HCLOUD_TOKEN={w:7}", "OTHER={w:64}"]),
    form("scaleway-secret", "Scaleway secret key", &["scw", "scaleway"],
        near!(r"(?:scw|scaleway)[\w .-]{0,16}(?:secret|token)[\w]{0,6}", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"))
        .yes(&["SCW_SECRET_KEY={uuid}", r#"scwSecretKey: "{uuid}","#])
        .no(&["SCW_SECRET_KEY={h:20}", "OTHER={uuid}"]),
    form("ovh-secret", "OVH application secret", &["ovh"],
        near!(r"ovh[\w .-]{0,20}(?:secret|consumer_key)", "[A-Za-z0-9]{32}"))
        .entropy(3.0)
        .yes(&["OVH_APPLICATION_SECRET={w:32}", r#"ovhApplicationSecret: "{w:32}","#])
        .no(&["OVH_APPLICATION_SECRET={w:7}", "OTHER={w:32}"]),
    form("alibaba-key-id", "Alibaba Cloud access key id", &["LTAI"],
        r"\bLTAI[A-Za-z0-9]{12,20}\b")
        .entropy(3.0)
        .aka(&["alibaba-access-key-id"])
        .yes(&["TOKEN=LTAI{w:20}", r#"  key: "LTAI{w:20}","#])
        .no(&["TOKEN=LTAI{w:6}", r#"  key: "LTAI{x:20}","#]),
    form("alibaba-secret", "Alibaba Cloud secret", &["aliyun", "alibaba", "alicloud", "accesskeysecret", "access_key_secret"],
        near!(r"(?:(?:aliyun|alibaba|alicloud)[\w .-]{0,20}secret|access_?key_?secret)", "[A-Za-z0-9]{30}"))
        .entropy(3.0)
        .aka(&["alibaba-secret-key"])
        .yes(&["ALIBABA_CLOUD_ACCESS_KEY_SECRET={w:30}", r#"alibabaCloudAccessKeySecret: "{w:30}","#])
        .no(&["ALIBABA_CLOUD_ACCESS_KEY_SECRET={w:7}", "OTHER={w:30}"]),
    form("tencent-key-id", "Tencent Cloud secret id", &["AKID"],
        r"\bAKID[A-Za-z0-9]{32}\b")
        .yes(&["TOKEN=AKID{w:32}", r#"  key: "AKID{w:32}","#])
        .no(&["TOKEN=AKID{w:7}", r#"  key: "AKID{x:32}","#]),
    form("tencent-secret", "Tencent Cloud secret key", &["tencent", "qcloud"],
        near!(r"(?:tencent|qcloud)[\w .-]{0,20}secret[\w]{0,6}", "[A-Za-z0-9]{32}"))
        .entropy(3.0)
        .yes(&["TENCENTCLOUD_SECRET_KEY={w:32}", r#"tencentcloudSecretKey: "{w:32}","#])
        .no(&["TENCENTCLOUD_SECRET_KEY={w:7}", "OTHER={w:32}"]),
    form("yandex-iam-token", "Yandex Cloud token", &["t1."],
        r"\bt1\.[A-Z0-9a-z_-]{1,200}[=]{0,2}\.[A-Za-z0-9_-]{86}[=]{0,2}")
        .aka(&["yandex-access-token"])
        .yes(&["TOKEN=t1.{w:60}.{w:86}", r#"  key: "t1.{w:60}.{w:86}","#])
        .no(&["TOKEN=t1.{w:7}", r#"  key: "t1.{x:60}.{x:86}","#]),
    form("yandex-key", "Yandex Cloud key", &["AQVN", "YCAJ", "YCA"],
        r"\b(?:AQVN[A-Za-z0-9_-]{35,38}|YC[A-Za-z0-9_-]{38})(?:[^A-Za-z0-9_-]|$)")
        .entropy(3.5)
        .aka(&["yandex-api-key", "yandex-aws-access-token"])
        .yes(&["TOKEN=AQVN{w:36}", r#"  key: "AQVN{w:36}","#])
        .no(&["TOKEN=AQVN{w:7}", r#"  key: "AQVN{x:36}","#]),
    form("ibm-cloud-key", "IBM Cloud key", &["ibmcloud", "ibm_cloud", "iam_apikey", "bluemix"],
        near!(r"(?:ibm_?cloud|iam|bluemix)[\w .-]{0,16}api_?key", "[A-Za-z0-9_-]{44}"))
        .yes(&["IBMCLOUD_API_KEY={w:44}", r#"ibmcloudApiKey: "{w:44}","#])
        .no(&["IBMCLOUD_API_KEY={w:7}", "OTHER={w:44}"]),
    form("cloudflare-token", "Cloudflare token", &["cloudflare", "cf_api", "cf_dns"],
        near!(r"(?:cloudflare|cf)[\w .-]{0,20}(?:token|key)", "[A-Za-z0-9_-]{40}"))
        .entropy(3.0)
        .aka(&["cloudflare-api-key"])
        .yes(&["CLOUDFLARE_API_TOKEN={w:40}", r#"cloudflareApiToken: "{w:40}","#])
        .no(&["CLOUDFLARE_API_TOKEN={w:7}", "OTHER={w:40}"]),
    form("cloudflare-prefixed-token", "Cloudflare token", &["cfut_", "cfat_", "cfk_"],
        r"\bcf(?:ut|at|k)_[A-Za-z0-9_-]{40,64}")
        .check(checks::mixed)
        .yes(&["TOKEN=cfut_{w:48}", r#"  key: "cfat_{w:48}","#])
        .no(&["TOKEN=cfut_{w:7}", r#"  key: "cfat_{x:48}","#]),
    form("cloudflare-global-key", "Cloudflare global key", &["cloudflare", "cf_api"],
        near!(r"(?:cloudflare|cf)[\w .-]{0,20}key", "[0-9a-f]{37}"))
        .aka(&["cloudflare-global-api-key"])
        .yes(&["CLOUDFLARE_API_KEY={h:37}", r#"cloudflareApiKey: "{h:37}","#])
        .no(&["CLOUDFLARE_API_KEY={h:7}", "OTHER={h:37}"]),
    form("cloudflare-origin-key", "Cloudflare origin CA key", &["v1.0-"],
        r"\bv1\.0-[0-9a-f]{24}-[0-9a-f]{146}\b")
        .aka(&["cloudflare-origin-ca-key"])
        .yes(&["TOKEN=v1.0-{h:24}-{h:146}", r#"  key: "v1.0-{h:24}-{h:146}","#])
        .no(&["TOKEN=v1.0-{h:7}", r#"  key: "v1.0-{x:24}-{x:146}","#]),
    form("fastly-token", "Fastly token", &["fastly"],
        near!(r"fastly[\w .-]{0,16}(?:token|key)", "[A-Za-z0-9_-]{32}"))
        .entropy(3.0)
        .aka(&["fastly-api-token"])
        .yes(&["FASTLY_API_TOKEN={w:32}", r#"fastlyApiToken: "{w:32}","#])
        .no(&["FASTLY_API_TOKEN={w:7}", "OTHER={w:32}"]),
    form("fly-token", "Fly.io token", &["fo1_", "fm1", "fm2_"],
        r"\b(?:fo1_[A-Za-z0-9_-]{43}\b|fm1[ar]_[A-Za-z0-9+/]{100,}={0,3}|fm2_[A-Za-z0-9+/]{100,}={0,3})")
        .aka(&["flyio-access-token"])
        .yes(&["TOKEN=fo1_{w:43}", r#"  key: "fo1_{w:43}","#])
        .no(&["TOKEN=fo1_{w:7}", r#"  key: "fo1_{x:43}","#]),
    form("netlify-token", "Netlify token", &["nfp_", "nfc_", "nfo_", "nfu_"],
        r"\bnf[pcou]_[A-Za-z0-9]{36}\b")
        .yes(&["TOKEN=nfp_{w:36}", r#"  key: "nfp_{w:36}","#])
        .no(&["TOKEN=nfp_{w:7}", r#"  key: "nfp_{x:36}","#]),
    form("netlify-legacy-token", "Netlify token", &["netlify"],
        near!(r"netlify[\w .-]{0,16}token", "[A-Za-z0-9_=-]{40,46}"))
        .entropy(3.0)
        .aka(&["netlify-access-token"])
        .yes(&["NETLIFY_AUTH_TOKEN={w:43}", r#"netlifyAuthToken: "{w:43}","#])
        .no(&["NETLIFY_AUTH_TOKEN={w:7}", "OTHER={w:43}"]),
    form("vercel-blob-token", "Vercel store token", &["vercel_blob_rw_"],
        r"\bvercel_blob_rw_[A-Za-z0-9]{16}_[A-Za-z0-9]{20,40}\b")
        .yes(&["TOKEN=vercel_blob_rw_{w:16}_{w:30}", r#"  key: "vercel_blob_rw_{w:16}_{w:30}","#])
        .no(&["TOKEN=vercel_blob_rw_{w:5}", r#"  key: "vercel_blob_rw_{x:16}_{x:30}","#]),
    form("vercel-token", "Vercel token", &["vercel", "now_token"],
        near!(r"(?:vercel|now)[\w .-]{0,10}token", "[A-Za-z0-9]{24}"))
        .entropy(3.0)
        .yes(&["VERCEL_TOKEN={w:24}", r#"vercelToken: "{w:24}","#])
        .no(&["VERCEL_TOKEN={w:7}", "OTHER={w:24}"]),
    form("render-key", "Render key", &["rnd_"],
        r"\brnd_[A-Za-z0-9]{28,32}\b")
        .yes(&["TOKEN=rnd_{w:28}", r#"  key: "rnd_{w:28}","#])
        .no(&["TOKEN=rnd_{w:7}", r#"  key: "rnd_{x:28}","#]),
    form("railway-token", "Railway token", &["railway"],
        near!(r"railway[\w .-]{0,10}token", "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"))
        .yes(&["RAILWAY_TOKEN={uuid}", r#"railwayToken: "{uuid}","#])
        .no(&["RAILWAY_TOKEN={h:20}", "OTHER={uuid}"]),
    form("supabase-token", "Supabase token", &["sbp_", "sb_secret_"],
        r"\b(?:sbp_[0-9a-f]{40}|sb_secret_[A-Za-z0-9_-]{20,60})")
        .yes(&["TOKEN=sbp_{h:40}", r#"  key: "sb_secret_{w:31}","#])
        .no(&["TOKEN=sbp_{h:7}", r#"  key: "sb_secret_{x:31}","#]),
    form("openshift-token", "OpenShift token", &["sha256~"],
        r"\bsha256~[A-Za-z0-9_-]{43}(?:[^A-Za-z0-9_-]|$)")
        .aka(&["openshift-user-token"])
        .yes(&["TOKEN=sha256~{w:43}", r#"  key: "sha256~{w:43}","#])
        .no(&["TOKEN=sha256~{w:7}", r#"  key: "sha256~{x:43}","#]),
    form("scalingo-token", "Scalingo token", &["tk-us-"],
        r"\btk-us-[A-Za-z0-9_-]{48}(?:[^A-Za-z0-9_-]|$)")
        .aka(&["scalingo-api-token"])
        .yes(&["TOKEN=tk-us-{w:48}", r#"  key: "tk-us-{w:48}","#])
        .no(&["TOKEN=tk-us-{w:7}", r#"  key: "tk-us-{x:48}","#]),
    form("cloudinary-url", "Cloudinary URL", &["cloudinary://"],
        r"\bcloudinary://\d{10,20}:([A-Za-z0-9_-]{20,40})@[a-z0-9-]+")
        .yes(&["cloudinary://{d:15}:{w:27}@demo", "# cloudinary://{d:15}:{w:27}@demo"])
        .no(&["cloudinary://{d:5}", "cloudinary://{x:15}:{x:27}@demo"]),
    form("akamai-token", "Akamai token", &["akab-"],
        r"\bakab-[a-z0-9]{16}-[a-z0-9]{16}\b")
        .entropy(3.0)
        .yes(&["TOKEN=akab-{a:16}-{a:16}", r#"  key: "akab-{a:16}-{a:16}","#])
        .no(&["TOKEN=akab-{a:5}", r#"  key: "akab-{x:16}-{x:16}","#]),
    form("imagekit-key", "ImageKit private key", &["private_"],
        r"\bprivate_[A-Za-z0-9+/]{26,28}={0,2}(?:[^A-Za-z0-9+/=]|$)")
        .entropy(3.5)
        .check(checks::mixed)
        .yes(&["private_{w:27}=", "# private_{w:27}="])
        .no(&["TOKEN=private_{w:7}", "private_{x:27}="]),
    form("linkedin-secret", "LinkedIn secret", &["linkedin"],
        near!(r"linked_?-?in[\w .-]{0,16}(?:secret|key)", r"[A-Za-z0-9]{16}|WPL_AP1\.[A-Za-z0-9]{16}\.[A-Za-z0-9]{6}=="))
        .entropy(3.0)
        .check(checks::mixed)
        .aka(&["linkedin-client-secret"])
        .yes(&["LINKEDIN_CLIENT_SECRET={w:16}", r#"linkedinClientSecret: "{w:16}","#])
        .no(&["LINKEDIN_CLIENT_SECRET={w:5}", "OTHER={w:16}"]),
    form("defined-networking-key", "Defined Networking key", &["dnkey-"],
        r"\bdnkey-[a-z0-9=_-]{26}-[a-z0-9=_-]{52}")
        .aka(&["defined-networking-api-token"])
        .yes(&["TOKEN=dnkey-{a:26}-{a:52}", r#"  key: "dnkey-{a:26}-{a:52}","#])
        .no(&["TOKEN=dnkey-{a:7}", r#"  key: "dnkey-{x:26}-{x:52}","#]),
    form("meraki-key", "Cisco Meraki key", &["meraki"],
        near!(r"meraki[\w .-]{0,24}key", "[0-9a-f]{40}"))
        .aka(&["cisco-meraki-api-key"])
        .yes(&["MERAKI_DASHBOARD_API_KEY={h:40}", r#"merakiDashboardApiKey: "{h:40}","#])
        .no(&["MERAKI_DASHBOARD_API_KEY={h:7}", "OTHER={h:40}"]),
    form("ngrok-token", "ngrok token", &["ngrok"],
        near!(r"ngrok[\w .-]{0,16}token", "[A-Za-z0-9]{20,30}_[A-Za-z0-9]{20,24}|[A-Za-z0-9_]{48,52}"))
        .yes(&["NGROK_AUTHTOKEN={w:49}", r#"ngrokAuthtoken: "{w:49}","#])
        .no(&["NGROK_AUTHTOKEN={w:7}", "OTHER={w:49}"]),
    form("tailscale-key", "Tailscale key", &["tskey-"],
        r"\btskey-[a-z]+-[A-Za-z0-9]{8,}-[A-Za-z0-9]{20,}")
        .yes(&["TOKEN=tskey-auth-{w:17}-{w:32}", r#"  key: "tskey-auth-{w:17}-{w:32}","#])
        .no(&["TOKEN=tskey-auth-{w:5}", r#"  key: "tskey-auth-{x:17}-{x:32}","#]),
    form("wireguard-key", "WireGuard key", &["PrivateKey", "PresharedKey"],
        r"(?:PrivateKey|PresharedKey)\s*=\s*([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)(?:[^A-Za-z0-9+/=]|$)")
        .check(checks::mixed)
        .yes(&["PrivateKey = {b:42}g=", "PresharedKey={b:42}E="])
        .no(&["PrivateKey = {b:7}", "PresharedKey={x:42}E="]),
];
