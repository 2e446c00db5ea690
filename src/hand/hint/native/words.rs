//! Words of C and its library: which are reserved, which are at home in which header.

/// Words that the language itself has, C++'s beside those of C.
#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float",
    "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof",
    "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while",
    "bool", "catch", "class", "delete", "explicit", "false", "friend", "namespace", "new", "nullptr", "operator",
    "private", "protected", "public", "template", "this", "throw", "true", "try", "typename", "using", "virtual",
    "_Bool", "static_cast", "constexpr", "override",
];
/// Where C's own words end.
const OF_C: usize = 34;

const TYPES: &[&str] = &[
    "char", "double", "float", "int", "long", "short", "signed", "unsigned", "void", "bool", "_Bool", "size_t", "FILE",
];

pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

pub(super) fn reserved(plus: bool) -> &'static [&'static str] {
    if plus { RESERVED } else { &RESERVED[..OF_C] }
}

/// Whether a declaration may begin with the word.
pub(super) fn is_type(word: &str) -> bool {
    TYPES.contains(&word) || matches!(word, "struct" | "union" | "enum" | "const" | "static" | "auto")
}

/// Calls that are worth telling from other names.
pub(super) fn is_common_call(word: &str) -> bool {
    matches!(word, "printf" | "scanf" | "main" | "sizeof" | "NULL" | "EOF" | "malloc")
}

/// What each header of the C library declares; the first that has a name is offered.
const HEADERS: &[(&str, &str)] = &[
    (
        "stdio.h",
        "printf scanf fprintf sprintf snprintf fscanf sscanf getchar putchar puts gets fgets fputs fopen fclose fread \
         fwrite fgetc fputc getc putc ungetc fseek ftell rewind feof ferror fflush perror remove rename tmpfile setbuf \
         setvbuf vprintf vfprintf vsprintf vsnprintf getline FILE EOF stdin stdout stderr BUFSIZ SEEK_SET SEEK_CUR \
         SEEK_END popen pclose fileno NULL",
    ),
    (
        "stdlib.h",
        "malloc calloc realloc free exit abort atexit atoi atol atoll atof strtol strtoul strtoll strtoull strtod \
         strtof rand srand qsort bsearch abs labs llabs div getenv setenv system EXIT_SUCCESS EXIT_FAILURE RAND_MAX \
         mkstemp realpath",
    ),
    (
        "string.h",
        "strlen strcpy strncpy strcat strncat strcmp strncmp strchr strrchr strstr strtok strtok_r strdup strndup memcpy \
         memmove memset memcmp memchr strerror strspn strcspn strpbrk strcoll stpcpy",
    ),
    (
        "math.h",
        "sqrt pow fabs floor ceil round trunc fmod sin cos tan asin acos atan atan2 sinh cosh tanh exp log log10 log2 \
         cbrt hypot lround fmax fmin sqrtf powf fabsf isnan isinf M_PI M_E INFINITY NAN HUGE_VAL",
    ),
    (
        "ctype.h",
        "isalpha isdigit isalnum isspace isupper islower ispunct isprint iscntrl isxdigit isgraph toupper tolower",
    ),
    ("stdbool.h", "bool true false"),
    (
        "stdint.h",
        "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t intmax_t uintmax_t \
         INT8_MAX INT16_MAX INT32_MAX INT64_MAX INT32_MIN INT64_MIN UINT8_MAX UINT16_MAX UINT32_MAX UINT64_MAX SIZE_MAX",
    ),
    ("inttypes.h", "PRId64 PRIu64 PRIx64 PRId32 PRIu32 PRIx32"),
    ("stddef.h", "size_t ptrdiff_t offsetof wchar_t max_align_t"),
    (
        "limits.h",
        "INT_MAX INT_MIN UINT_MAX LONG_MAX LONG_MIN ULONG_MAX CHAR_BIT CHAR_MAX CHAR_MIN SCHAR_MAX UCHAR_MAX SHRT_MAX \
         SHRT_MIN USHRT_MAX LLONG_MAX LLONG_MIN ULLONG_MAX PATH_MAX",
    ),
    ("float.h", "FLT_MAX FLT_MIN DBL_MAX DBL_MIN FLT_EPSILON DBL_EPSILON DBL_DIG FLT_DIG"),
    (
        "time.h",
        "time clock time_t clock_t tm difftime localtime gmtime mktime strftime asctime ctime nanosleep timespec \
         clock_gettime CLOCKS_PER_SEC CLOCK_MONOTONIC CLOCK_REALTIME localtime_r gmtime_r",
    ),
    ("assert.h", "assert static_assert"),
    ("errno.h", "errno EINVAL ENOENT ENOMEM EINTR EAGAIN EEXIST ERANGE EIO EACCES"),
    ("signal.h", "signal raise sigaction SIGINT SIGTERM SIGKILL SIGSEGV SIGALRM SIGCHLD sig_atomic_t kill"),
    ("stdarg.h", "va_list va_start va_end va_arg va_copy"),
    ("setjmp.h", "setjmp longjmp jmp_buf"),
    ("locale.h", "setlocale localeconv LC_ALL"),
    ("wchar.h", "wprintf wcslen wcscpy wcscmp fgetwc"),
    ("complex.h", "csqrt cabs creal cimag I"),
    (
        "unistd.h",
        "sleep usleep read write close fork execv execvp execl pipe dup dup2 getpid getppid getcwd chdir unlink access \
         lseek isatty getopt optarg optind STDIN_FILENO STDOUT_FILENO STDERR_FILENO sysconf rmdir ssize_t",
    ),
    ("fcntl.h", "open O_RDONLY O_WRONLY O_RDWR O_CREAT O_TRUNC O_APPEND fcntl"),
    ("pthread.h", "pthread_t pthread_create pthread_join pthread_mutex_t pthread_mutex_lock pthread_mutex_unlock"),
    ("sys/types.h", "pid_t off_t mode_t uid_t"),
    ("sys/stat.h", "stat fstat mkdir S_ISDIR S_ISREG chmod"),
    ("sys/wait.h", "wait waitpid WIFEXITED WEXITSTATUS"),
    ("sys/time.h", "gettimeofday timeval"),
    ("dirent.h", "DIR dirent opendir readdir closedir"),
    ("strings.h", "strcasecmp strncasecmp bzero"),
];

/// The same for C++: names behind `std::`.
const PLUS: &[(&str, &str)] = &[
    ("iostream", "cout cin cerr clog endl"),
    ("string", "string to_string stoi stol stod getline wstring"),
    ("vector", "vector"),
    ("map", "map multimap"),
    ("set", "set multiset"),
    ("unordered_map", "unordered_map unordered_multimap"),
    ("unordered_set", "unordered_set"),
    (
        "algorithm",
        "sort find find_if max min swap reverse count count_if transform copy min_element max_element \
      all_of any_of none_of unique remove remove_if binary_search lower_bound upper_bound fill for_each clamp",
    ),
    ("memory", "unique_ptr shared_ptr weak_ptr make_unique make_shared"),
    ("functional", "function bind hash greater less"),
    ("utility", "pair make_pair move forward"),
    ("tuple", "tuple make_tuple tie"),
    ("array", "array"),
    ("deque", "deque"),
    ("list", "list"),
    ("queue", "queue priority_queue"),
    ("stack", "stack"),
    ("sstream", "stringstream istringstream ostringstream"),
    ("fstream", "ifstream ofstream fstream"),
    ("iomanip", "setw setprecision setfill fixed hex"),
    ("stdexcept", "runtime_error logic_error invalid_argument out_of_range"),
    ("exception", "exception"),
    ("numeric", "accumulate iota gcd lcm"),
    ("optional", "optional nullopt"),
    ("variant", "variant"),
    ("thread", "thread this_thread"),
    ("mutex", "mutex lock_guard unique_lock"),
    ("chrono", "chrono"),
    ("cmath", "sqrt pow abs floor ceil"),
    ("cstdint", "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t"),
    ("cstdio", "printf scanf"),
    ("cstring", "strlen memcpy memset strcmp"),
    ("cstdlib", "exit malloc free atoi"),
    ("limits", "numeric_limits"),
    ("random", "mt19937 random_device uniform_int_distribution"),
    ("string_view", "string_view"),
    ("initializer_list", "initializer_list"),
    ("atomic", "atomic"),
    ("regex", "regex smatch"),
];

/// The headers that declare a name, the usual one first.
pub(super) fn headers(name: &str, plus: bool) -> impl Iterator<Item = &'static str> {
    let has = move |(_, names): &&(&str, &str)| names.split_ascii_whitespace().any(|other| other == name);
    let own = if plus { PLUS } else { &[] };
    own.iter().chain(HEADERS).filter(has).map(|(header, _)| *header)
}

/// Every name that the library has.
pub(super) fn library(plus: bool) -> impl Iterator<Item = &'static str> {
    let own = if plus { PLUS } else { &[] };
    own.iter().chain(HEADERS).flat_map(|(_, names)| names.split_ascii_whitespace())
}

pub(super) fn known_headers(plus: bool) -> impl Iterator<Item = &'static str> {
    let own = if plus { PLUS } else { &[] };
    own.iter().chain(HEADERS).map(|(header, _)| *header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_their_headers() {
        assert_eq!(headers("strlen", false).next(), Some("string.h"));
        assert_eq!(headers("vector", true).next(), Some("vector"));
        assert_eq!(headers("vector", false).next(), None);
        assert!(library(false).any(|name| name == "sqrt") && known_headers(false).any(|name| name == "math.h"));
        assert!(reserved(false).ends_with(&["while"]) && is_type("int") && !is_type("x"));
    }
}
