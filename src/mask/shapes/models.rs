//! Models and what is built around them.

use super::{Shape, checks, form, near};

#[rustfmt::skip]
pub const RULES: &[Shape] = &[
    form("anthropic-key", "Anthropic key", &["sk-ant-"],
        r"\bsk-ant-(?:(?:api|admin|oat|ort|sid)\d\d-)?[A-Za-z0-9_-]{40,140}")
        .aka(&["anthropic-api-key", "anthropic-admin-api-key"])
        .yes(&["TOKEN=sk-ant-api03-{u:93}AA", r#"  key: "sk-ant-admin01-{u:93}AA","#])
        .no(&["TOKEN=sk-ant-api03-{u:7}", r#"  key: "sk-ant-admin01-{x:93}AA","#]),
    form("openai-key", "OpenAI key", &["sk-proj-", "sk-svcacct-", "sk-admin-", "T3BlbkFJ"],
        r"(?:\bsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,200}|\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}\b)")
        .aka(&["openai-api-key"])
        .yes(&["TOKEN=sk-proj-{w:74}T3BlbkFJ{w:74}", r#"  key: "sk-{w:20}T3BlbkFJ{w:20}","#])
        .no(&["TOKEN=sk-proj-{w:7}", r#"  key: "sk-{x:20}T3BlbkFJ{x:20}","#]),
    form("openrouter-key", "OpenRouter key", &["sk-or-v1-"],
        r"\bsk-or-v1-[0-9a-f]{64}\b")
        .yes(&["TOKEN=sk-or-v1-{h:64}", r#"  key: "sk-or-v1-{h:64}","#])
        .no(&["TOKEN=sk-or-v1-{h:7}", r#"  key: "sk-or-v1-{x:64}","#]),
    form("huggingface-token", "Hugging Face token", &["hf_"],
        r"\bhf_[A-Za-z0-9]{34,40}\b")
        .aka(&["huggingface-access-token"])
        .yes(&["TOKEN=hf_{w:34}", r#"  key: "hf_{w:34}","#])
        .no(&["TOKEN=hf_{w:7}", r#"  key: "hf_{x:34}","#]),
    form("huggingface-org-token", "Hugging Face organization token", &["api_org_"],
        r"\bapi_org_[A-Za-z]{34}\b")
        .aka(&["huggingface-organization-api-token"])
        .yes(&["TOKEN=api_org_{l:34}", r#"  key: "api_org_{l:34}","#])
        .no(&["TOKEN=api_org_{l:7}", r#"  key: "api_org_{x:34}","#]),
    form("groq-key", "Groq key", &["gsk_"],
        r"\bgsk_[A-Za-z0-9]{48,56}\b")
        .yes(&["TOKEN=gsk_{w:52}", r#"  key: "gsk_{w:52}","#])
        .no(&["TOKEN=gsk_{w:7}", r#"  key: "gsk_{x:52}","#]),
    form("replicate-token", "Replicate token", &["r8_"],
        r"\br8_[A-Za-z0-9]{37}\b")
        .yes(&["TOKEN=r8_{w:37}", r#"  key: "r8_{w:37}","#])
        .no(&["TOKEN=r8_{w:7}", r#"  key: "r8_{x:37}","#]),
    form("perplexity-key", "Perplexity key", &["pplx-"],
        r"\bpplx-[A-Za-z0-9]{48}\b")
        .aka(&["perplexity-api-key"])
        .yes(&["TOKEN=pplx-{w:48}", r#"  key: "pplx-{w:48}","#])
        .no(&["TOKEN=pplx-{w:7}", r#"  key: "pplx-{x:48}","#]),
    form("xai-key", "xAI key", &["xai-"],
        r"\bxai-[A-Za-z0-9]{80}\b")
        .yes(&["TOKEN=xai-{w:80}", r#"  key: "xai-{w:80}","#])
        .no(&["TOKEN=xai-{w:7}", r#"  key: "xai-{x:80}","#]),
    form("deepseek-key", "DeepSeek key", &["deepseek"],
        near!(r"deepseek[\w .-]{0,16}key", "sk-[0-9a-f]{32}"))
        .yes(&["DEEPSEEK_API_KEY=sk-{h:32}", r#"deepseekApiKey: "sk-{h:32}","#])
        .no(&["DEEPSEEK_API_KEY=sk-{h:7}", "OTHER=sk-{h:32}"]),
    form("fireworks-key", "Fireworks key", &["fw_"],
        r"\bfw_[A-Za-z0-9]{22,24}\b")
        .entropy(3.0)
        .check(checks::mixed)
        .yes(&["TOKEN=fw_{w:22}", r#"  key: "fw_{w:22}","#])
        .no(&["TOKEN=fw_{w:7}", r#"  key: "fw_{x:22}","#]),
    form("together-key", "Together key", &["together"],
        near!(r"together[\w .-]{0,16}key", "[0-9a-f]{64}|tgp_v1_[A-Za-z0-9_-]{43}"))
        .yes(&["TOGETHER_API_KEY={h:64}", r#"togetherApiKey: "{h:64}","#])
        .no(&["TOGETHER_API_KEY={h:7}", "OTHER={h:64}"]),
    form("cohere-key", "Cohere key", &["cohere", "co_api_key"],
        near!(r"(?:cohere|co_api)[\w .-]{0,16}(?:key|token)", "[A-Za-z0-9]{40}"))
        .aka(&["cohere-api-token"])
        .yes(&["COHERE_API_KEY={w:40}", r#"cohereApiKey: "{w:40}","#])
        .no(&["COHERE_API_KEY={w:7}", "OTHER={w:40}"]),
    form("mistral-key", "Mistral key", &["mistral"],
        near!(r"mistral[\w .-]{0,16}key", "[A-Za-z0-9]{32}"))
        .entropy(3.0)
        .yes(&["MISTRAL_API_KEY={w:32}", r#"mistralApiKey: "{w:32}","#])
        .no(&["MISTRAL_API_KEY={w:7}", "OTHER={w:32}"]),
    form("elevenlabs-key", "ElevenLabs key", &["elevenlabs", "eleven_labs", "xi-api-key", "xi_api_key"],
        near!(r"(?:eleven_?labs|xi)[\w .-]{0,16}key", "(?:sk_)?[0-9a-f]{48}|[0-9a-f]{32}"))
        .yes(&["ELEVENLABS_API_KEY={h:32}", r#"elevenlabsApiKey: "{h:32}","#])
        .no(&["ELEVENLABS_API_KEY={h:7}", "OTHER={h:32}"]),
    form("assemblyai-key", "AssemblyAI key", &["assemblyai"],
        near!(r"assembly_?ai[\w .-]{0,16}(?:key|token)", "[0-9a-f]{32}"))
        .yes(&["ASSEMBLYAI_API_KEY={h:32}", r#"assemblyaiApiKey: "{h:32}","#])
        .no(&["ASSEMBLYAI_API_KEY={h:7}", "OTHER={h:32}"]),
    form("deepgram-key", "Deepgram key", &["deepgram"],
        near!(r"deepgram[\w .-]{0,16}key", "[0-9a-f]{40}"))
        .yes(&["DEEPGRAM_API_KEY={h:40}", r#"deepgramApiKey: "{h:40}","#])
        .no(&["DEEPGRAM_API_KEY={h:7}", "OTHER={h:40}"]),
    form("langsmith-key", "LangSmith key", &["lsv2_"],
        r"\blsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}\b")
        .yes(&["TOKEN=lsv2_pt_{h:32}_{h:10}", r#"  key: "lsv2_pt_{h:32}_{h:10}","#])
        .no(&["TOKEN=lsv2_pt_{h:7}", r#"  key: "lsv2_pt_{x:32}_{x:10}","#]),
    form("langfuse-key", "Langfuse secret key", &["sk-lf-"],
        r"\bsk-lf-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
        .yes(&["TOKEN=sk-lf-{uuid}", r#"  key: "sk-lf-{uuid}","#])
        .no(&["TOKEN=sk-lf-{h:20}", r#"  key: "sk-lf-{x:8}-{x:4}-{x:4}-{x:4}-{x:12}","#]),
    form("wandb-key", "Weights & Biases key", &["wandb"],
        near!(r"wandb[\w .-]{0,16}key", "[0-9a-f]{40}"))
        .yes(&["WANDB_API_KEY={h:40}", r#"wandbApiKey: "{h:40}","#])
        .no(&["WANDB_API_KEY={h:7}", "OTHER={h:40}"]),
    form("nvidia-key", "NVIDIA key", &["nvapi-"],
        r"\bnvapi-[A-Za-z0-9_-]{60,70}")
        .yes(&["TOKEN=nvapi-{w:64}", r#"  key: "nvapi-{w:64}","#])
        .no(&["TOKEN=nvapi-{w:7}", r#"  key: "nvapi-{x:64}","#]),
    form("cerebras-key", "Cerebras key", &["csk-"],
        r"\bcsk-[a-z0-9]{48}\b")
        .yes(&["TOKEN=csk-{a:48}", r#"  key: "csk-{a:48}","#])
        .no(&["TOKEN=csk-{a:7}", r#"  key: "csk-{x:48}","#]),
    form("tavily-key", "Tavily key", &["tvly-"],
        r"\btvly-(?:dev-|prod-)?[A-Za-z0-9]{32}\b")
        .yes(&["TOKEN=tvly-{w:32}", r#"  key: "tvly-{w:32}","#])
        .no(&["TOKEN=tvly-{w:7}", r#"  key: "tvly-{x:32}","#]),
    form("firecrawl-key", "Firecrawl key", &["fc-"],
        r"\bfc-[0-9a-f]{32}\b")
        .yes(&["TOKEN=fc-{h:32}", r#"  key: "fc-{h:32}","#])
        .no(&["TOKEN=fc-{h:7}", r#"  key: "fc-{x:32}","#]),
    form("e2b-key", "E2B key", &["e2b_"],
        r"\be2b_[0-9a-f]{40}\b")
        .yes(&["TOKEN=e2b_{h:40}", r#"  key: "e2b_{h:40}","#])
        .no(&["TOKEN=e2b_{h:7}", r#"  key: "e2b_{x:40}","#]),
    form("jina-key", "Jina key", &["jina_"],
        r"\bjina_[A-Za-z0-9_-]{60}")
        .yes(&["TOKEN=jina_{w:60}", r#"  key: "jina_{w:60}","#])
        .no(&["TOKEN=jina_{w:7}", r#"  key: "jina_{x:60}","#]),
    form("llamacloud-key", "LlamaCloud key", &["llx-"],
        r"\bllx-[A-Za-z0-9]{48}\b")
        .yes(&["TOKEN=llx-{w:48}", r#"  key: "llx-{w:48}","#])
        .no(&["TOKEN=llx-{w:7}", r#"  key: "llx-{x:48}","#]),
    form("runpod-key", "RunPod key", &["rpa_"],
        r"\brpa_[A-Z0-9]{40}[a-z0-9]{6}\b")
        .yes(&["TOKEN=rpa_{U:40}{a:6}", r#"  key: "rpa_{U:40}{a:6}","#])
        .no(&["TOKEN=rpa_{U:7}", r#"  key: "rpa_{x:40}{x:6}","#]),
    form("voyage-key", "Voyage key", &["pa-"],
        r"\bpa-[A-Za-z0-9_-]{43}(?:[^A-Za-z0-9_-]|$)")
        .entropy(3.5)
        .check(checks::mixed)
        .yes(&["TOKEN=pa-{w:43}", r#"  key: "pa-{w:43}","#])
        .no(&["TOKEN=pa-{w:7}", r#"  key: "pa-{x:43}","#]),
    form("friendli-token", "Friendli token", &["flp_"],
        r"\bflp_[A-Za-z0-9]{42,46}\b")
        .yes(&["TOKEN=flp_{w:44}", r#"  key: "flp_{w:44}","#])
        .no(&["TOKEN=flp_{w:7}", r#"  key: "flp_{x:44}","#]),
    form("stability-key", "Stability AI key", &["stability"],
        near!(r"stability[\w .-]{0,16}key", "sk-[A-Za-z0-9]{48}"))
        .yes(&["STABILITY_API_KEY=sk-{w:48}", r#"stabilityApiKey: "sk-{w:48}","#])
        .no(&["STABILITY_API_KEY=sk-{w:7}", "OTHER=sk-{w:48}"]),
    form("azure-openai-key", "Azure OpenAI key", &["azure"],
        near!(r"azure[\w .-]{0,6}openai[\w .-]{0,16}key", "[0-9a-f]{32}|[A-Za-z0-9]{84}"))
        .yes(&["AZURE_OPENAI_API_KEY={h:32}", r#"azureOpenaiApiKey: "{h:32}","#])
        .no(&["AZURE_OPENAI_API_KEY={h:7}", "OTHER={h:32}"]),
    form("privateai-key", "Private AI key", &["private_ai", "privateai", "private-ai"],
        near!(r"private[_-]?ai[\w .-]{0,16}(?:key|token)", "[a-z0-9]{32}"))
        .entropy(3.0)
        .aka(&["privateai-api-token"])
        .yes(&["PRIVATEAI_API_KEY={a:32}", r#"privateaiApiKey: "{a:32}","#])
        .no(&["PRIVATEAI_API_KEY={a:7}", "OTHER={a:32}"]),
    form("posthog-key", "PostHog personal key", &["phx_"],
        r"\bphx_[A-Za-z0-9]{40,50}\b")
        .yes(&["TOKEN=phx_{w:43}", r#"  key: "phx_{w:43}","#])
        .no(&["TOKEN=phx_{w:7}", r#"  key: "phx_{x:43}","#]),
    form("settlemint-token", "SettleMint token", &["sm_pat_", "sm_aat_", "sm_sat_"],
        r"\bsm_(?:pat|aat|sat)_[A-Za-z0-9]{16}\b")
        .aka(&["settlemint-personal-access-token", "settlemint-application-access-token", "settlemint-service-access-token"])
        .yes(&["TOKEN=sm_pat_{w:16}", r#"  key: "sm_pat_{w:16}","#])
        .no(&["TOKEN=sm_pat_{w:5}", r#"  key: "sm_pat_{x:16}","#]),
    form("prefect-key", "Prefect key", &["pnu_", "pnb_"],
        r"\bpn[ub]_[A-Za-z0-9]{36}\b")
        .aka(&["prefect-api-token"])
        .yes(&["TOKEN=pnu_{w:36}", r#"  key: "pnu_{w:36}","#])
        .no(&["TOKEN=pnu_{w:7}", r#"  key: "pnu_{x:36}","#]),
    form("dbt-token", "dbt Cloud token", &["dbtc_", "dbtu_"],
        r"\bdbt[cu]_[A-Za-z0-9_-]{40,60}")
        .yes(&["TOKEN=dbtc_{w:43}", r#"  key: "dbtc_{w:43}","#])
        .no(&["TOKEN=dbtc_{w:7}", r#"  key: "dbtc_{x:43}","#]),
];
