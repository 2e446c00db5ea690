//! What reaching out looks like in each language.

use crate::guard::signs::{Place, Sign, error, warning};
use crate::guard::suite::files::Language::{Go, JavaScript, Jvm, Other, Python, Ruby, Rust, Shell};
use regex::Regex;
use std::sync::LazyLock;

const NETWORK: &str = "suspicious/network";
const PROCESS: &str = "suspicious/process";
const ENVIRONMENT: &str = "suspicious/environment";
const DYNAMIC: &str = "suspicious/dynamic";
const CREDENTIALS: &str = "suspicious/credentials";

const PYTHON_NET: &str = r"^\s*(?:import|from)\s+(?:urllib3?|requests|httpx|aiohttp|http\.client|socket|ftplib|smtplib|telnetlib|paramiko)\b|\burl(?:open|retrieve)\s*\(|\b(?:requests|httpx)\.(?:get|post|put|patch|request|Session|Client)\b|\bsocket\.(?:socket|create_connection|gethostby\w+)\s*\(|\bhttp\.client\b|\b__import__\(\s*['\x22](?:urllib|requests|socket|http)";
const PYTHON_NET_WORDS: &[&str] = &[
    "urllib",
    "requests",
    "httpx",
    "aiohttp",
    "http.client",
    "socket",
    "ftplib",
    "smtplib",
    "telnetlib",
    "paramiko",
    "urlopen",
    "urlretrieve",
];
const PYTHON_RUN: &str = r"\bsubprocess\b|\bos\.(?:system|popen|exec\w+|spawn\w+|posix_spawn\w*)\s*\(|\bpty\.spawn\b|\basyncio\.create_subprocess\w*|\bctypes\.(?:CDLL|cdll)\b";
const PYTHON_RUN_WORDS: &[&str] =
    &["subprocess", "os.system", "os.popen", "os.exec", "os.spawn", "os.posix", "pty.", "ctypes"];
const JS_NET: &str = r"\b(?:fetch|axios(?:\.\w+)?|got)\s*\(|(?:require\(|from|import)\s*['\x22](?:node:)?(?:https?|net|dgram|dns|tls|http2|axios|node-fetch|got|undici|ws)(?:/[\w-]+)?['\x22]|\bnew\s+(?:WebSocket|XMLHttpRequest)\b";
const JS_NET_WORDS: &[&str] = &[
    "fetch",
    "axios",
    "got",
    "http",
    "net'",
    "net\"",
    "dgram",
    "dns",
    "tls",
    "undici",
    "ws'",
    "ws\"",
    "websocket",
    "xmlhttprequest",
];
const JS_RUN: &str = r"\bchild_process\b|\b(?:exec|spawn|execFile)Sync\s*\(|\bexeca\b|\bBun\.spawn|\bDeno\.(?:run|Command)\b|\bprocess\.binding\b";
const JS_RUN_WORDS: &[&str] =
    &["child_process", "execsync", "spawnsync", "execfilesync", "execa", "bun.spawn", "deno.", "process.binding"];
const RUST_NET: &str = r"\b(?:TcpStream|UdpSocket)\b|\b(?:reqwest|ureq|hyper|curl|isahc|attohttpc|minreq)::";
const RUST_NET_WORDS: &[&str] =
    &["tcpstream", "udpsocket", "reqwest", "ureq", "hyper", "curl", "isahc", "attohttpc", "minreq"];
const RUST_RUN: &str = r"\bCommand::new\s*\(|\bprocess::Command\b|\blibc::(?:system|exec\w+|popen)\b";
const RUST_RUN_WORDS: &[&str] = &["command", "libc::"];
const GO_NET: &str =
    r"\bhttp\.(?:Get|Post|PostForm|Head|DefaultClient|NewRequest)\b|\bnet\.(?:Dial\w*|Lookup\w+)\s*\(|\btls\.Dial\b";
const GO_NET_WORDS: &[&str] = &["http.", "net.dial", "net.lookup", "tls.dial"];
const GO_RUN: &str = r"\bexec\.Command\w*\s*\(|\bsyscall\.Exec\b|\bos\.StartProcess\b|\bplugin\.Open\b";
const GO_RUN_WORDS: &[&str] = &["exec.command", "syscall.exec", "startprocess", "plugin.open"];
const JVM_NET: &str = r"\.openConnection\s*\(|\.openStream\s*\(|\bHttpClient\b|\bHttpURLConnection\b|\bnew\s+(?:Socket|URL)\s*\(|\bURI?\s*\(\s*['\x22]https?:|['\x22]https?://[^'\x22]*['\x22]\s*\.toURL|\bapply\s*\(?\s*from\s*[:=]\s*['\x22]https?:";
const JVM_NET_WORDS: &[&str] =
    &["openconnection", "openstream", "httpclient", "httpurlconnection", "socket", "url", "uri", "apply"];
const JVM_RUN: &str = r"\bProcessBuilder\b|\bgetRuntime\s*\(|\bexec\s*[{(]|\bcommandLine\b|\.execute\(\)\s*\.text";
const JVM_RUN_WORDS: &[&str] = &["processbuilder", "getruntime", "exec", "commandline"];
const RUBY_NET: &str = r"\bNet::HTTP\b|\bopen-uri\b|\bURI\.open\b|\bTCPSocket\b|\bFaraday\b|\bHTTParty\b";
const RUBY_NET_WORDS: &[&str] = &["net::", "open-uri", "uri.open", "tcpsocket", "faraday", "httparty"];
const RUBY_RUN: &str = r"\bsystem[ (]|\bIO\.popen\b|\bOpen3\b|\bKernel\.exec\b|%x[\[({]|=\s*`[^`]+`|\bspawn[ (]";
const RUBY_RUN_WORDS: &[&str] = &["system", "popen", "open3", "kernel.exec", "%x", "`", "spawn"];

pub const SIGNS: &[Sign] = &[
    // In files that run by themselves
    error(
        NETWORK,
        &[Python],
        Place::Build,
        "opens the network when it is built or tested",
        PYTHON_NET_WORDS,
        PYTHON_NET,
    ),
    error(
        PROCESS,
        &[Python],
        Place::Build,
        "starts a program when it is built or tested",
        PYTHON_RUN_WORDS,
        PYTHON_RUN,
    ),
    error(NETWORK, &[JavaScript], Place::Build, "opens the network when it is built or tested", JS_NET_WORDS, JS_NET),
    error(PROCESS, &[JavaScript], Place::Build, "starts a program when it is built or tested", JS_RUN_WORDS, JS_RUN),
    error(NETWORK, &[Rust], Place::Build, "opens the network when it is built", RUST_NET_WORDS, RUST_NET),
    error(PROCESS, &[Rust], Place::Build, "starts a program when it is built", RUST_RUN_WORDS, RUST_RUN),
    error(NETWORK, &[Go], Place::Build, "opens the network when it is built", GO_NET_WORDS, GO_NET),
    error(NETWORK, &[Jvm], Place::Build, "opens the network when it is built", JVM_NET_WORDS, JVM_NET),
    error(PROCESS, &[Jvm], Place::Build, "starts a program when it is built", JVM_RUN_WORDS, JVM_RUN),
    error(NETWORK, &[Ruby, Other], Place::Build, "opens the network when it is built", RUBY_NET_WORDS, RUBY_NET),
    error(PROCESS, &[Ruby], Place::Build, "starts a program when it is built", RUBY_RUN_WORDS, RUBY_RUN),
    error(
        NETWORK,
        &[Other, Shell],
        Place::Build,
        "opens the network when it is built",
        &[
            "curl",
            "wget",
            "nc",
            "ncat",
            "netcat",
            "ssh",
            "scp",
            "rsync",
            "ftp",
            "telnet",
            "socat",
            "download",
            "fetchcontent",
            "externalproject",
        ],
        r"(?:^|[\s;&|('\x22@`])(?:curl|wget|ncat|netcat|nc|scp|sftp|ftp|telnet|socat|ssh|rsync)\s+[^=:\s]|\bfile\s*\(\s*DOWNLOAD\b|\b(?:FetchContent_Declare|ExternalProject_Add)\b",
    ),
    error(
        PROCESS,
        &[Other],
        Place::Build,
        "starts a program when it is built",
        &[
            "execute_process",
            "run_command",
            "exec-maven-plugin",
            "maven-antrun-plugin",
            "groovy-maven-plugin",
            "<exec",
            "genrule",
            "repository_rule",
            "<!(",
        ],
        r"\bexecute_process\s*\(|\brun_command\s*\(|exec-maven-plugin|maven-antrun-plugin|groovy-maven-plugin|<Exec\s|\brepository_rule\s*\(|<!@?\(",
    ),
    error(
        PROCESS,
        &[Other],
        Place::Build,
        "runs code out of a string",
        &["node -e", "node --eval", "python -c", "python3 -c", "perl -e", "ruby -e", "powershell", "eval "],
        r"\b(?:node\s+(?:-e|--eval|-p)|python3?\s+-c|perl\s+-e|ruby\s+-e|powershell\b.*-(?:e|enc|encodedcommand)\b|eval\s+[\x22'$\\`])",
    ),
    warning(
        ENVIRONMENT,
        &[Python],
        Place::Build,
        "reads the environment",
        &["os.environ", "os.getenv"],
        r"\bos\.(?:environ\b(?:\s*\[|\.get)?|getenv\s*\()",
    ),
    warning(ENVIRONMENT, &[Rust], Place::Build, "reads the environment", &["env::var"], r"\benv::vars?(?:_os)?\s*\("),
    warning(
        ENVIRONMENT,
        &[Jvm, Ruby],
        Place::Build,
        "reads the environment",
        &["getenv", "env[", "env.fetch"],
        r"\bSystem\.getenv\b|\bENV(?:\[|\.fetch)",
    ),
    // In tests, which may well do so
    warning(NETWORK, &[Python], Place::Tests, "a test that opens the network", PYTHON_NET_WORDS, PYTHON_NET),
    warning(NETWORK, &[JavaScript], Place::Tests, "a test that opens the network", JS_NET_WORDS, JS_NET),
    warning(NETWORK, &[Rust], Place::Tests, "a test that opens the network", RUST_NET_WORDS, RUST_NET),
    warning(NETWORK, &[Go], Place::Tests, "a test that opens the network", GO_NET_WORDS, GO_NET),
    warning(NETWORK, &[Jvm], Place::Tests, "a test that opens the network", JVM_NET_WORDS, JVM_NET),
    warning(NETWORK, &[Ruby], Place::Tests, "a test that opens the network", RUBY_NET_WORDS, RUBY_NET),
    warning(PROCESS, &[Python], Place::Tests, "a test that starts a program", PYTHON_RUN_WORDS, PYTHON_RUN),
    warning(PROCESS, &[JavaScript], Place::Tests, "a test that starts a program", JS_RUN_WORDS, JS_RUN),
    warning(PROCESS, &[Rust], Place::Tests, "a test that starts a program", RUST_RUN_WORDS, RUST_RUN),
    warning(PROCESS, &[Go], Place::Tests, "a test that starts a program", GO_RUN_WORDS, GO_RUN),
    warning(PROCESS, &[Jvm], Place::Tests, "a test that starts a program", JVM_RUN_WORDS, JVM_RUN),
    warning(PROCESS, &[Ruby], Place::Tests, "a test that starts a program", RUBY_RUN_WORDS, RUBY_RUN),
    // Anywhere
    error(
        DYNAMIC,
        &[],
        Place::Anywhere,
        "runs code that it decodes or downloads first",
        &["eval", "exec", "function(", "base64", "frombase64", "marshal", "iex", "loads("],
        r"\b(?:exec|eval)\s*\(.*(?:b64decode|base64|decompress|fromhex|unhexlify|codecs\.decode|marshal\.loads|urlopen|atob|Buffer\.from|\.text\b.*requests|requests\.get)|\b(?:exec|eval)\s*\(\s*(?:bytes|bytearray|''\.join|\x22\x22\.join)|\b(?:new\s+)?Function\s*\(.*(?:atob|Buffer\.from)|\bbase64\s+(?:-d|--decode|-D)\b.*\|\s*(?:ba|z|da|k)?sh\b|\beval\s+.*\bbase64\b|\b(?:marshal|pickle)\.loads\s*\(.*(?:b64decode|decompress|fromhex|urlopen)|\b(?:iex|Invoke-Expression)\b.*(?:Download|FromBase64|iwr|Invoke-WebRequest)",
    ),
    error(
        DYNAMIC,
        &[Python],
        Place::Build,
        "loads code by a name that it makes up, or that runs programs",
        &["__import__", "import_module", "builtins", "globals()"],
        r"\b(?:__import__|import_module)\(\s*(?:[^'\x22\s)]|['\x22][^'\x22]*['\x22]\s*[+%.]|['\x22](?:os|subprocess|pty|ctypes|builtins|socket)['\x22])|\bgetattr\(\s*(?:__builtins__|builtins|os|subprocess)\b|\bglobals\(\)\s*\[",
    ),
    error(
        DYNAMIC,
        &[JavaScript],
        Place::Build,
        "loads code by a name that it puts together",
        &["require", "import", "globalthis", "global[", "process.", "constructor"],
        r"\b(?:require|import)\(\s*[^)\n]*['\x22`]\s*\+\s*['\x22`]|\bglobal(?:This)?\[|\.constructor\s*\(\s*['\x22`]|\bprocess\.(?:mainModule|dlopen)\b",
    ),
    error(
        NETWORK,
        &[Python, JavaScript, Rust, Go, Jvm, Ruby, Shell],
        Place::Anywhere,
        "pipes a download into a shell",
        REMOTE_WORDS,
        REMOTE,
    ),
    error(NETWORK, &[Other], Place::Build, "pipes a download into a shell", REMOTE_WORDS, REMOTE),
    error(
        NETWORK,
        &[],
        Place::Anywhere,
        "no longer asks whether a download is what it should be",
        &[
            "sumdb",
            "nosumcheck",
            "goinsecure",
            "-insecure",
            "tls_reject",
            "pythonhttpsverify",
            "sslverify",
            "check-certificate",
        ],
        r"\bGO(?:NO|FLAGS?=.*-insecure|INSECURE)\w*|\bGOSUMDB\s*[:=]+\s*['\x22]?off|\bNODE_TLS_REJECT_UNAUTHORIZED\b[^\n]{0,9}0|\bPYTHONHTTPSVERIFY\b|\bsslVerify\b[^\n]{0,4}(?:false|0)|--no-check-certificate\b",
    ),
    error(
        NETWORK,
        &[],
        Place::Program,
        "no longer asks who is at the other end",
        &[
            "verify",
            "rejectunauthorized",
            "invalid_certs",
            "invalid_hostnames",
            "_create_unverified",
            "check_hostname",
            "verify_none",
        ],
        r"\bverify\s*=\s*False\b|\brejectUnauthorized['\x22]?\s*:\s*false\b|\bInsecureSkipVerify\s*:\s*true\b|\bdanger_accept_invalid_(?:certs|hostnames)\(\s*true\b|\bCURLOPT_SSL_VERIFY(?:PEER|HOST)\s*(?:,|=>)\s*(?:0|false)\b|\b_create_unverified_context\b|\bcheck_hostname\s*=\s*False\b|\bVERIFY_NONE\b",
    ),
    error(
        PROCESS,
        &[Python],
        Place::Program,
        "gives a shell to whoever is at the other end",
        &["dup2", "pty.spawn"],
        r"\bos\.dup2\(\s*\w+\.fileno\(\)|\bpty\.spawn\(\s*\[?\s*['\x22](?:/bin/)?(?:ba|z|da)?sh",
    ),
    error(CREDENTIALS, &[], Place::Build, "reaches for credentials", CREDENTIAL_WORDS, CREDENTIAL_PLACES),
    error(CREDENTIALS, &[], Place::Tests, "reaches for credentials", CREDENTIAL_WORDS, CREDENTIAL_PLACES),
    warning(
        CREDENTIALS,
        &[Python, JavaScript, Rust, Go, Jvm, Ruby, Shell],
        Place::Program,
        "reaches for credentials",
        CREDENTIAL_WORDS,
        CREDENTIAL_PLACES,
    ),
];

const REMOTE_WORDS: &[&str] = &["curl", "wget", "/dev/tcp/", "/dev/udp/"];
const REMOTE: &str = r"(?s)\b(?:curl|wget)\b[^\n]*(?:\n[^\n]*){0,2}?\bchmod\s+(?:-\w+\s+)*(?:[ugoa]*\+\w*x|[0-7]*[1357][0-7]*)\b|\b(?:curl|wget)\b[^\n|;]*\|\s*(?:sudo\s+(?:-\w+\s+)*)?(?:ba|z|da|k)?sh\b|\b(?:curl|wget)\b[^\n|;]*\|\s*(?:sudo\s+)?(?:python3?|node|perl|ruby)\b|(?:\b(?:ba|z|da)?sh|\bsource|\beval)\s+(?:-c\s+)?[\x22']?[<$]\(\s*(?:curl|wget)\b|/dev/(?:tcp|udp)/";
const CREDENTIAL_WORDS: &[&str] = &[
    ".ssh",
    ".aws",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    ".docker",
    ".kube",
    ".gnupg",
    "environ",
    "/etc/shadow",
    "169.254.169.254",
    "metadata.google",
    "actions_id_token",
    "actions_runtime_token",
    "github_token",
    "aws_secret",
    "npm_token",
];
const CREDENTIAL_PLACES: &str = r"(?:~|\bHOME\b|\bhome(?:dir)?\b|expanduser|USERPROFILE|/root|/home/\w+)[^\n]*\.(?:ssh|aws|netrc|npmrc|pypirc|git-credentials|docker/config|kube/config|gnupg)\b|\.ssh/(?:id_|authorized_keys)|\.aws/credentials|/proc\b[^\n]*\benviron\b|/etc/shadow\b|\b169\.254\.169\.254\b|\bmetadata\.google\.internal\b|\bACTIONS_(?:ID_TOKEN_REQUEST|RUNTIME)_TOKEN\b";

type Pattern = LazyLock<Option<Regex>>;

/// All variables at once, not one by its name.
pub static WHOLE_ENVIRONMENT: Pattern = LazyLock::new(|| {
    Regex::new(r"\b(?:dict|str|repr|list|dumps|urlencode|json|data|params)\s*[(=]\s*(?:dict\()?os\.environ\b|\bos\.environ\.(?:items|copy)\(|\b(?:stringify|entries|assign|encodeURIComponent)\([^\n]*\bprocess\.env\b(?:[^.\[]|$)|\.\.\.process\.env\b|\benv::vars(?:_os)?\(|\bos\.Environ\(\)|\bSystem\.getenv\(\s*\)|\bENV\.(?:to_h|to_a|inspect|each)\b|\b(?:printenv|env)\s*[|>]|\bset\s*\|").ok()
});

/// What somebody else than the program is known by.
pub static SECRET_PLACES: Pattern = LazyLock::new(|| Regex::new(CREDENTIAL_PLACES).ok());

/// Any way out.
pub static REACHES: Pattern = LazyLock::new(|| {
    let words = [
        PYTHON_NET,
        JS_NET,
        RUST_NET,
        GO_NET,
        JVM_NET,
        RUBY_NET,
        r"\b(?:curl|wget|nc|ncat|netcat|telnet|socat|scp|sftp)\s|/dev/(?:tcp|udp)/",
    ];
    Regex::new(&words.map(|w| format!("(?:{w})")).join("|")).ok()
});

pub fn is(pattern: &Pattern, text: &str) -> bool {
    pattern.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// Variables that cargo and others set for the scripts that they run.
pub fn is_build_variable(line: &str) -> bool {
    let names = [
        "CARGO",
        "OUT_DIR",
        "\"TARGET\"",
        "\"HOST\"",
        "\"PROFILE\"",
        "NUM_JOBS",
        "OPT_LEVEL",
        "RUSTC",
        "\"DEBUG\"",
        "READTHEDOCS",
        "'CI'",
        "\"CI\"",
        "PATH",
        "\"HOME\"",
        "PYTEST_",
        "DJANGO_SETTINGS_MODULE",
    ];
    names.iter().any(|name| line.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        crate::guard::signs::assert_compile(SIGNS);
        assert!(WHOLE_ENVIRONMENT.is_some() && SECRET_PLACES.is_some() && REACHES.is_some());
    }
}
