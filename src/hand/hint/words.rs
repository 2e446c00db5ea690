//! Names that are there without being defined in any repository: the builtins of each language.

use crate::syntax::Language;

pub(super) fn builtins(language: Language) -> impl Iterator<Item = &'static str> {
    let text = match language {
        Language::Rust => RUST,
        Language::Python => PYTHON,
        Language::Go => GO,
        Language::Java => JAVA,
        _ => SCRIPT,
    };
    text.split_ascii_whitespace()
}

const RUST: &str = "
Some None Ok Err Option Result Vec String Box Rc Arc Cell RefCell Mutex RwLock HashMap HashSet BTreeMap BTreeSet
VecDeque Cow Path PathBuf Debug Display Clone Copy Default PartialEq Eq PartialOrd Ord Hash Iterator IntoIterator
From Into TryFrom TryInto AsRef AsMut Drop Deref DerefMut Fn FnMut FnOnce Send Sync Sized ToString ToOwned Error
Read Write Duration Instant PhantomData u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 bool char str
println print eprintln eprint format write writeln vec panic assert assert_eq assert_ne debug_assert matches todo
unimplemented unreachable dbg include_str concat env cfg derive test allow deny warn inline must_use non_exhaustive
repr doc deprecated collections fmt std core alloc iter mem ops cmp path sync time thread string vec io fs
new len push pop insert remove get get_mut contains contains_key iter iter_mut into_iter map filter filter_map
flat_map fold collect unwrap expect unwrap_or unwrap_or_else unwrap_or_default ok ok_or ok_or_else and_then or_else
map_err is_some is_none is_ok is_err is_empty clone to_string to_owned as_str as_bytes as_ref as_mut into from
chars bytes lines split trim starts_with ends_with replace parse join concat sort sort_by sort_by_key extend append
clear enumerate zip rev skip take chain any all find position count sum min max first last next peek borrow
borrow_mut lock read write flush take_while skip_while partition windows chunks to_vec push_str with_capacity capacity";

const PYTHON: &str = "
abs all any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir
divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex id input int
isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print property range
repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip __import__ __name__
__file__ __init__ __repr__ __str__ __eq__ __hash__ __len__ __iter__ __next__ __enter__ __exit__ __call__ __getitem__
__setitem__ __contains__ __new__ __class__ __dict__ __doc__ __all__ __version__ self cls Exception BaseException
ValueError TypeError KeyError IndexError AttributeError NameError ImportError ModuleNotFoundError OSError IOError
FileNotFoundError RuntimeError NotImplementedError StopIteration ZeroDivisionError AssertionError LookupError
UnicodeError UnicodeDecodeError UnicodeEncodeError OverflowError PermissionError TimeoutError KeyboardInterrupt
SystemExit DeprecationWarning UserWarning RuntimeWarning Warning NotImplemented Ellipsis
append extend insert remove pop clear index count sort reverse copy keys values items get update setdefault popitem
fromkeys add discard union intersection difference issubset issuperset split rsplit splitlines strip lstrip rstrip
join replace lower upper title capitalize casefold swapcase startswith endswith removeprefix removesuffix find rfind
rindex encode decode isdigit isalpha isalnum isspace isupper islower isidentifier isnumeric zfill center ljust rjust
partition rpartition expandtabs translate maketrans format_map read readline readlines write writelines close seek
tell flush";

const GO: &str = "
append cap clear close complex copy delete imag len make max min new panic print println real recover any bool byte
comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32
uint64 uintptr true false nil iota Error String Len Less Swap Read Write Close Reader Writer Println Printf Sprintf
Fprintf Errorf Fatal Fatalf Errorf Run Equal Compare Contains Index Split Join Replace TrimSpace ToLower ToUpper
HasPrefix HasSuffix Atoi Itoa ParseInt ParseFloat FormatInt Marshal Unmarshal Background Now Since Sleep Lock Unlock";

const JAVA: &str = "
Object String StringBuilder StringBuffer Integer Long Double Float Short Byte Boolean Character Number Math System
Thread Runnable Iterable Comparable CharSequence Class Enum Void Exception RuntimeException Error Throwable
IllegalArgumentException IllegalStateException NullPointerException IndexOutOfBoundsException
UnsupportedOperationException NumberFormatException ClassCastException InterruptedException IOException
List ArrayList LinkedList Map HashMap LinkedHashMap TreeMap Set HashSet LinkedHashSet TreeSet Collection Collections
Arrays Iterator ListIterator Queue Deque ArrayDeque Optional Stream Collectors Objects Scanner Random Date Locale
Override Deprecated SuppressWarnings FunctionalInterface SafeVarargs
length size isEmpty charAt substring indexOf lastIndexOf contains equals equalsIgnoreCase hashCode toString compareTo
startsWith endsWith replace replaceAll split trim strip toLowerCase toUpperCase toCharArray valueOf format join append
insert delete reverse setLength add addAll remove removeAll clear get set put putAll containsKey containsValue keySet
values entrySet getKey getValue getOrDefault iterator hasNext next sort stream map filter collect forEach println print
printf out err parseInt parseDouble parseLong intValue doubleValue longValue getMessage getCause printStackTrace
getClass getName clone wait notify close read write flush readLine main args";

const SCRIPT: &str = "
Array ArrayBuffer BigInt Boolean Buffer DataView Date Error EvalError Float32Array Float64Array Function Infinity
Int8Array Int16Array Int32Array Intl JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect
RegExp Set String Symbol SyntaxError TypeError URIError Uint8Array Uint16Array Uint32Array URL URLSearchParams
WeakMap WeakRef WeakSet AbortController TextDecoder TextEncoder console document window global globalThis process
module exports require fetch setTimeout setInterval setImmediate clearTimeout clearInterval queueMicrotask
structuredClone parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent encodeURI decodeURI
describe it test expect beforeEach afterEach beforeAll afterAll undefined arguments
toBe toEqual toStrictEqual toHaveLength toHaveProperty toContain toContainEqual toMatch toMatchObject toThrow toThrowError
toBeDefined toBeUndefined toBeNull toBeNaN toBeTruthy toBeFalsy toBeCloseTo toBeGreaterThan toBeGreaterThanOrEqual
toBeLessThan toBeLessThanOrEqual toBeInstanceOf toHaveBeenCalled toHaveBeenCalledTimes toHaveBeenCalledWith
toHaveReturnedWith toMatchSnapshot toMatchInlineSnapshot resolves rejects mockReturnValue mockResolvedValue
mockRejectedValue mockImplementation strictEqual notStrictEqual deepEqual deepStrictEqual notEqual throws doesNotThrow
doesNotReject
at concat copyWithin entries every fill filter find findIndex findLast flat flatMap forEach includes indexOf join
keys lastIndexOf map pop push reduce reduceRight reverse shift slice some sort splice toString unshift values length
charAt charCodeAt codePointAt endsWith startsWith localeCompare match matchAll normalize padEnd padStart repeat
replace replaceAll search split substring substr toLowerCase toUpperCase trim trimEnd trimStart valueOf
assign create defineProperty defineProperties freeze fromEntries getOwnPropertyDescriptor getOwnPropertyNames
getPrototypeOf hasOwnProperty hasOwn isFrozen isPrototypeOf seal setPrototypeOf prototype constructor
apply bind call all allSettled any race reject resolve then catch finally add clear delete get has set size
isArray from of isInteger isSafeInteger toFixed toPrecision abs ceil floor round max min pow sqrt random sign trunc
log warn error info debug stringify parse exec test now getTime toISOString getFullYear getMonth getDate
a abbr address article aside audio body br button canvas caption cite code col datalist dd details dialog div dl dt
em embed fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html iframe img input label legend
li link main mark meta nav ol option output p picture pre progress section select slot small source span strong
style sub summary sup svg table tbody td template textarea tfoot th thead time title tr ul video
className onClick onChange onSubmit htmlFor children disabled placeholder href src alt value type key ref style";

/// Words of everyday programming: a name made of them is spelt right.
pub(super) fn common() -> impl Iterator<Item = &'static str> {
    COMMON.split_ascii_whitespace()
}

const COMMON: &str = "
about account action active actual adapter address admin after again agent algorithm align alpha amount analyze angle
animal append application apply archive area argument around array article assert asset assign async atomic attach
attempt attribute audio author auth average avatar await background backup balance bank banner base basic batch before
begin between binary block blue board body book boolean border bottom bound branch break bridge browser bucket budget
buffer build bundle button byte cache calculate calendar call cancel capacity capital card cart case catalog category
center chain change channel chapter character chart check child children choice choose circle city class clean clear
click client clock clone close cloud code collect collection color colour column combine command comment commit common
company compare compile complete component compose compute condition config configuration configure confirm connect
connection constant consumer contact contain container content context control convert cookie copy core correct cost
count counter country create credit currency current cursor custom customer cycle daily dashboard data database date
debug decode decrease default define degree delay delete deliver delivery delta depth describe description destination
detail detect device dict dictionary difference digit dimension direction directory disable discount display distance
divide document domain double download draft draw driver duplicate duration dynamic each east edge edit editor element
email empty enable encode encrypt end engine enter entity entries entry environment equal error escape evaluate event
example exception execute exist exit expect expected expense expire export express expression extend extension external
extract factor factorial factory false feature fetch field file fill filter final find finish first flag flat float
flow folder follow font footer force form format forward found frame frequency friend from full function future game
gap gather general generate generic global goal grade grand graph green greet greeting grid group guard guess guest
handle handler hash head header heading height hello help helper hidden hide high history holiday home horizontal host
hour icon identifier ignore image implement import include income increase increment index info initial inner input
insert inside install instance integer interest interface internal interval invalid inventory invoice is item iterate
join journal json key keyboard keyword kind label language large last latest layer layout lead leaf least left length
letter level library license light limit line link list listen load local location lock log logger login logout long
lookup loop lower machine main make manage manager many map margin mark market master match matrix maximum mean measure
media median member memory menu merge message metadata method metric middle minimum minute missing mobile mode model
modify module money monitor month mouse move multiply name native negative nested network never next node none normal
normalize north notification number object observer offset online open operation operator option optional order origin
other outer outline output overflow owner package padding page paint pair panel paragraph parameter parent parse parser
part partial partner password patch path pattern payload payment people percent percentage period permission person
phone photo picture pixel place plain plan player plugin point policy position positive post power prefix prepare
present preview previous price primary print priority private process produce product profile profit program progress
project promise property protocol provide provider proxy public publish purchase push quality quantity query question
queue quick quote radius random range rank rate rating ratio raw reader ready real reason receipt receive recent record
rectangle recursive red reduce refresh region register regular reject relation release remain reminder remote remove
render repeat replace reply report repository request require required reset resize resolve resource response rest
result retry return reverse review right role rollback root rotate round route router row rule salary sale sample save
scale scan schedule schema scope score screen script scroll search second secret section secure segment select selector
send sender separator sequence serial series server service session setting setup shape share sheet shift shipping short
should show side sign signal similar simple single size skip slice slug slugify small snapshot sort source south space
special speed spell split square stack stage standard start state statement static station statistics status step stock
stop storage store story stream street string strip student style subject submit subtotal subtract success suffix
suggest summary sum supply support suspend switch symbol sync syntax system table tag target task tax team temperature
template term test text theme third thread threshold through ticket time timeout timer title today toggle token tool
top topic total trace track trade traffic transaction transfer transform translate tree trigger true truncate type
under undo union unique unit unknown unlock until update upgrade upload upper url usage user utility valid validate
validator value variable vector vehicle vendor verify version vertical video view visible visit visitor volume wait
wallet warehouse warning watch weather week weight west white width widget window with word work worker world wrap write
writer year yellow yesterday zero zone
anagram bisect bubble celsius consonant decimal divisor divisible duplicates even fahrenheit fibonacci flatten hexadecimal
interleave kelvin leap multiple numeral odd palindrome permutation prime pyramid roman sentence shuffle sieve sum swap
transpose triangle vowel";
