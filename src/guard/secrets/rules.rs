//! The rules that go by names and places and not by a vendor's form.

use super::assign;
use crate::mask::shapes::{Shape, URL_CREDENTIALS, checks, form};

pub const ASSIGNED: &str = "assigned-secret";
pub const PASSWORD: &str = "assigned-password";

/// Keywords that wake the reader of assignments; it has no expression of its own.
pub const READER: &[&str] = assign::KEYWORDS;

/// What the reader finds is one of these.
#[rustfmt::skip]
pub const READ: &[Shape] = &[
    form(PASSWORD, "password", READER, "")
        .aka(&["generic-api-key"])
        .yes(&["DB_PASSWORD = \"{p:12}\"", "  password: {w:14}", "mysql --user root --password={w:12}", "u, err := login(\"x\", pass=\"{w:10}\")", "- name: DB_PASSWORD\n  value: {w:12}", "password: \"renjor\""])
        .no(&["password = getpass()", "PASSWORD=changeme", "password: $DB_PASSWORD", "\"password\": \"Passwort vergessen?\"", "password: \"rootpassword\"", "forgot_password: \"Vergessen?\""]),
    form(ASSIGNED, "secret in an assignment", READER, "")
        .aka(&["generic-api-key"])
        .yes(&["const apiKey: string = '{h:32}'", "  \"client_secret\": \"{w:24}\",", "API_TOKEN={w:32}", "key = \"{w:40}\""])
        .no(&["token_type = 'bearer-token'", "secretName: my-app-db-credentials", "key: app.kubernetes.io/name", "api_key = os.environ['API_KEY']"]),
];

/// Programs that take a password as an argument.
const COMMANDS: &[&str] = &[
    "curl",
    "wget",
    "sshpass",
    "mysql",
    "redis-cli",
    "ldap",
    "docker login",
    "podman login",
    "az login",
    "oc login",
    "registry login",
    " -p ",
    " -p'",
    " -p\"",
    "mongo",
    "sqlcmd",
    "smbclient",
    "rabbitmqctl",
    "htpasswd",
    "chpasswd",
    "-u ",
    "--user",
];

#[rustfmt::skip]
pub const PLACES: &[Shape] = &[
    form("connection-string", "password in a connection string", &["password", "pwd"],
        r#"(?i)(?:server|data source|host|user id|uid|user|username|database|endpoint)\s*=[^;"'\n]*;(?:[^"'\n]*;)?\s*(?:password|pwd)\s*=\s*([^;"'\s]{4,})"#)
        .yes(&["\"Server=db;Database=x;User Id=sa;Password={p:12};\"", "Data Source=db;uid=sa;pwd={w:10}"])
        .no(&["\"Server=db;User Id=sa;Password=$PASSWORD;\"", "Server=db;User Id=sa;Password=password;"]),
    form("command-password", "password on a command line", COMMANDS,
        r#"(?:curl\b[^\n|;]*?\s(?:-u|--user|--proxy-user)[ =]?["']?[^\s:"'$]+:|^\s*(?:-u|--user)[ =]\s*["']?[^\s:"'$]+:|wget\b[^\n|;]*?\s--(?:http-|ftp-)?password[ =]["']?|sshpass\s+-p\s*["']?|mysql(?:dump|admin)?\b[^\n|;]*?\s-p["']?|redis-cli\b[^\n|;]*?\s-a\s+["']?|ldap(?:search|add|modify)\b[^\n|;]*?\s-w\s+["']?|(?:docker|podman|az|oc|helm|registry)\s+login\b[^\n|;]*?\s-p\s*["']?|mongo(?:sh|dump|restore|import)?\b[^\n|;]*?\s-u\b[^\n|;]*?\s-p\s*["']?|sqlcmd\b[^\n|;]*?\s-P\s*["']?|smbclient\b[^\n|;]*?\s-U\s*["']?[^\s%"']+%|rabbitmqctl\s+(?:add_user|change_password)\s+\S+\s+["']?|htpasswd\s+-\w*b\w*\s+\S+\s+\S+\s+["']?|echo\s+["']?\w+:)([^\s"'$|]{4,})|\s(?:-[uU]|--user(?:name)?)[ =]?["']?[^\s"'$]+["']?\s+-[pP]\s*["']?([^\s"'$|:]*[A-Za-z][^\s"'$|]{3,})"#)
        .aka(&["curl-auth-user"])
        .yes(&["curl -s -u admin:{w:12} https://x", "curl https://x \\\n  -u 'admin:{w:12}'", "sshpass -p {w:10} ssh host", "docker login -u me -p {w:12} r.example.org", "echo 'me:{w:9}' | chpasswd", "tool 10.0.0.1 -u me -p '{p:10}'"])
        .no(&["curl -u user:$PASSWORD https://x", "mysql -u root -p", "docker login -u me -p $PASSWORD", "echo me:password | chpasswd", "docker run -u 1000 -p 8080:8080 x", "  -u 1000:1000"]),
    form("command-token", "token as the user of a command", &["-u ", "--user"],
        r#"\s(?:-u|--user)[ =]\s*["']?([A-Za-z0-9_-]{16,}):["']?(?:\s|$)"#)
        .entropy(3.0)
        .check(checks::mixed)
        .aka(&["curl-auth-user"])
        .yes(&["curl https://x -u {w:32}:", "curl https://x \\\n  -u '{a:24}:'"])
        .no(&["curl https://x -u $TOKEN:", "curl -u admin: https://x", "curl -u your_api_key_goes_here: https://x"]),
    form("login-pair", "login as two arguments", &["credential", "auth(", "auth=", "auth =", "basicauth", "basic_auth", "login(", "authenticate(", "sign_in("],
        r#"(?i)(?:credentials?|auth|login|authenticate|sign_in|usernamepassword\w*)\s*(?:\(|=\s*\(|[:=]\s*\[)\s*(?:[^"'()\n]{1,40},\s*)?[bu@]?["'][^"'\n]{1,64}["']\s*,\s*[bu@]?["']([^"'\s]{4,64})["']\s*[,)\]]"#)
        .yes(&["requests.get(url, auth=('me', '{w:10}'))", "new NetworkCredential(\"me\", \"{p:12}\")", "req.SetBasicAuth(\"me\", \"{w:9}\")"])
        .no(&["client.login('me', password)", "auth=('user', 'password')", "login('de', 'Anmelden')"]),
    form("sql-password", "password in a statement", &["identified with"],
        r#"(?i)identified\s+with\s+\S+\s+(?:by|as)\s+["']([^"'\s]{4,})["']"#)
        .yes(&["ALTER USER 'r'@'h' IDENTIFIED WITH mysql_native_password BY '{w:12}';", "identified with 'caching_sha2_password' by \"{w:10}\""])
        .no(&["IDENTIFIED WITH mysql_native_password BY 'password'", "IDENTIFIED WITH auth_socket"]),
    form("secure-string", "password made a secure string", &["securestring"],
        r#"(?i)ConvertTo-SecureString\s+(?:-String\s+)?["']([^"'$\s]{4,})["']"#)
        .yes(&["ConvertTo-SecureString '{p:12}' -AsPlainText -Force", "ConvertTo-SecureString -String \"{w:10}\" -AsPlainText"])
        .no(&["ConvertTo-SecureString $plain -AsPlainText -Force", "ConvertTo-SecureString 'password' -AsPlainText"]),
    form("directive-password", "password in a server's settings", &["requirepass", "masterauth", "bindpw", "rootpw", "enable secret", "password "],
        r#"(?im)^\s*(?:requirepass|masterauth|password|(?:nss_|pam_)?bindpw|rootpw|enable secret(?: \d)?)\s+["']?([^\s"'#$]{4,})["']?\s*$"#)
        .yes(&["requirepass {w:12}", "bindpw {p:10}", "machine h\n  login me\n  password {w:12}"])
        .no(&["requirepass password", "# requirepass is off", "password required", "password is wrong"]),
    form("bearer-token", "bearer token", &["bearer "],
        r#"(?i)\bbearer\s+([A-Za-z0-9._~+/=-]{20,})"#)
        .entropy(3.5)
        .check(checks::mixed)
        .yes(&["'Bearer {w:24}'", "send Bearer {h:40} along"])
        .no(&["Bearer YOUR_ACCESS_TOKEN_GOES_HERE", "Bearer authentication-is-supported"]),
    form("aws-unique-id", "id of an AWS identity", &["AROA", "AIDA", "AGPA", "AIPA", "ANPA", "ANVA", "APKA"],
        r"\b(?:AROA|AIDA|AGPA|AIPA|ANPA|ANVA|APKA)[A-Z0-9]{16,17}\b")
        .entropy(3.0)
        .check(checks::mixed)
        .yes(&["\"unique_id\": \"AROA{aws:17}\"", "user AIDA{aws:16}"])
        .no(&["AIDACKCEVSQ6C2EXAMPLE", "AIDA is an opera"]),
    form("der-private-key", "private key without armour", &["MII", "MHcCAQEE", "MIG", "MC4CAQAwBQYDK2"],
        r"\b(?:MII[A-J][A-Za-z0-9+/][AQgw]IB(?:AAKC|ADAN|AzCC)[A-Za-z0-9+/]{64}|MHcCAQEE[IN]|MIG[HT]AgEAMB|MC4CAQAwBQYDK2V)[A-Za-z0-9+/]{36,}={0,2}")
        .yes(&["key = \"MIIEowIBAAKC{b:120}\"", "MHcCAQEEI{b:100}=="])
        .no(&["MIIDdzCCAl+gAwIBAgIE{b:120}", "MIIEowIBAAKC{b:50}"]),
    form("jdbc-password", "password in a JDBC URL", &["jdbc:"],
        r#"(?i)jdbc:[a-z0-9:]+[^\s"'<>]*?[?;&](?:amp;)?password=([^\s&;"'<>]{4,})"#)
        .yes(&["jdbc:postgresql://db/x?user=a&password={w:12}", "jdbc:mysql://db/x?password={w:12}&user=a"])
        .no(&["jdbc:postgresql://db/x?user=a&password=password", "jdbc:mysql://db/x?password=${PW}"]),
    form("jdbc-oracle", "login in an Oracle JDBC URL", &["jdbc:oracle:thin:", "sqlplus", "as sysdba"],
        r#"(?i)(?:jdbc:oracle:thin:|sqlplus\s+(?:-s\s+)?["']?)[a-z0-9_$]+/([^\s@/"']{5,})@"#)
        .yes(&["jdbc:oracle:thin:scott/{w:9}@//db:1521/x", "sqlplus -s scott/{w:10}@db"])
        .no(&["jdbc:oracle:thin:@//db:1521/x", "sqlplus user/password@db"]),
    form("netrc-password", "password in a netrc file", &["machine "],
        r#"(?i)\bmachine\s+\S+\s+login\s+\S+\s+password\s+(\S{4,})"#)
        .yes(&["machine example.org login me password {w:12}", "machine h login me password {p:12}"])
        .no(&["machine example.org login me password password", "machine example.org login me"]),
    form("htpasswd-hash", "password hash of a web server", &[":$apr1$", ":{SHA}", ":$2y$"],
        r#"(?m)^[\w.-]{1,64}:(\$apr1\$[./A-Za-z0-9]{8}\$[./A-Za-z0-9]{22}|\{SHA\}[A-Za-z0-9+/]{27}=|\$2y\$\d\d\$[./A-Za-z0-9]{53})$"#)
        .check(checks::mixed)
        .yes(&["admin:$apr1${w:8}${w:22}", "web:$2y$10${w:53}"])
        .no(&["admin:$apr1$short$short", "see :$2y$ in the manual"]),
    form("rails-master-key", "Rails master key", &["rails_master_key", "secret_key_base"],
        r#"(?i)(?:rails_master_key\W{1,4}([0-9a-f]{32})|secret_key_base["']?\s*[:=]\s*["']?([0-9a-f]{64,128}))\b"#)
        .yes(&["RAILS_MASTER_KEY={h:32}", "  secret_key_base: {h:128}"])
        .no(&["RAILS_MASTER_KEY=$KEY", "secret_key_base: <%= ENV['X'] %>"]),
    form("django-secret-key", "Django secret key", &["django-insecure-"],
        r#"django-insecure-[a-z0-9!@#$%^&*(\-_=+)]{40,60}"#)
        .yes(&["SECRET_KEY = 'django-insecure-{a:50}'", "KEY=django-insecure-{a:50}"])
        .no(&["SECRET_KEY = 'django-insecure-key'", "django-insecure-{x:10}"]),
    form("laravel-app-key", "Laravel application key", &["APP_KEY"],
        r#"APP_KEY\s*=\s*["']?base64:([A-Za-z0-9+/]{43}=)"#)
        .yes(&["APP_KEY=base64:{b:43}=", "APP_KEY = \"base64:{b:43}=\""])
        .no(&["APP_KEY=base64:", "APP_KEY=SomeRandomString"]),
    form("otp-secret", "one-time password secret", &["otpauth://"],
        r#"otpauth://[ht]otp/[^\s"']*?[?&]secret=([A-Z2-7a-z]{16,128})"#)
        .yes(&["otpauth://totp/a:b?secret={aws:32}&issuer=a", "otpauth://hotp/x?issuer=y&secret={aws:16}"])
        .no(&["otpauth://totp/a:b?secret=SECRET", "otpauth://totp/a"]),
    form("magento-key", "Magento crypt key", &["'crypt'", "\"crypt\""],
        r#"["']crypt["']\s*=>\s*\[\s*["']key["']\s*=>\s*["']([0-9a-f]{32})["']"#)
        .yes(&["'crypt' => ['key' => '{h:32}']", "\"crypt\" => [ \"key\" => \"{h:32}\" ]"])
        .no(&["'crypt' => ['key' => '']", "'crypt' => true"]),
    form("wordpress-salt", "WordPress key or salt", &["_KEY'", "_SALT'"],
        r#"define\(\s*'(?:AUTH|SECURE_AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)',\s*'([^'\n]{60,70})'"#)
        .entropy(3.5)
        .yes(&["define('AUTH_KEY', '{p:64}');", "define( 'NONCE_SALT',       '{p:64}' );"])
        .no(&["define('AUTH_KEY', 'put your unique phrase here');", "define('AUTH_KEY', getenv('AUTH_KEY'));"]),
    form("session-cookie", "session cookie", &["_gitlab_session", "JSESSIONID", "PHPSESSID", "_session_id"],
        r#"(?:_gitlab_session|JSESSIONID|PHPSESSID|_session_id)=([A-Za-z0-9%_-]{24,200})"#)
        .check(checks::mixed)
        .aka(&["gitlab-session-cookie"])
        .yes(&["Cookie: _gitlab_session={h:32}", "-H 'Cookie: JSESSIONID={H:32}'"])
        .no(&["Cookie: _gitlab_session=<session>", "JSESSIONID=abc"]),
    form("url-key", "key in a URL", &["key=", "token=", "secret=", "sig=", "password="],
        r#"(?i)https?://[^\s"'<>]*?[?&;](?:amp;)?(?:[a-z_-]{0,20}(?:api[_-]?key|access[_-]?token|auth[_-]?token|oauth_token|oauth_token_secret|client_secret|app_?secret|password|token|secret))=([A-Za-z0-9._%+/-]{8,200})"#)
        .entropy(3.0)
        .yes(&["https://api.example.org/v1?api_key={h:32}", "https://h/x?a=1&access_token={w:24}"])
        .no(&["https://api.example.org/v1?api_key=YOUR_API_KEY", "https://h/x?token=$TOKEN"]),
];

/// Rules whose secret a person may have chosen: judged like an assigned password.
pub const CHOSEN: &[&str] = &[
    "connection-string",
    "command-password",
    "jdbc-password",
    "jdbc-oracle",
    "netrc-password",
    "nuget-password",
    URL_CREDENTIALS,
    "login-pair",
    "sql-password",
    "secure-string",
    "directive-password",
];

/// Rules whose secret is `user:password` in base64.
pub const LOGINS: &[&str] = &["basic-credentials", "docker-auth"];
