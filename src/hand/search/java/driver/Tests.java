package thanos_search;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tests of some classes, by name. What is plain is called by reflection, which takes microseconds; for whatever has
 * rules, parameters or extensions the framework is asked.
 */
final class Tests {
    interface Test {
        void run() throws Throwable;
    }

    private static final Set<String> PLAIN = Set.of(
        "DisplayName", "Tag", "Tags", "Order", "TestMethodOrder", "DisplayNameGeneration", "Timeout", "Test",
        "BeforeEach", "AfterEach", "BeforeAll", "AfterAll", "FixMethodOrder", "Before", "After", "BeforeClass",
        "AfterClass", "SuppressWarnings", "Deprecated", "Execution", "Category");
    private static final String JUPITER = "org.junit.jupiter.api.";

    private final ClassLoader loader;
    private final Map<String, Test> all = new LinkedHashMap<>();

    Tests(ClassLoader loader) {
        this.loader = loader;
    }

    static Map<String, Test> of(ClassLoader loader, Iterable<String> classes, List<List<String>> mains) {
        Tests tests = new Tests(loader);
        for (String name : classes) {
            try {
                tests.add(Class.forName(name, false, loader));
            } catch (Throwable unloadable) {
                // Not every class of a test run can be loaded by itself.
            }
        }
        if (tests.all.isEmpty()) {
            mains.forEach(tests::main);
        }
        return tests.all;
    }

    private void main(List<String> words) {
        all.put(String.join(" ", words), () -> {
            Method main = Class.forName(words.get(0), true, loader).getDeclaredMethod("main", String[].class);
            call(main, null, (Object) words.subList(1, words.size()).toArray(new String[0]));
        });
    }

    private void add(Class<?> type) throws Exception {
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
            return;
        }
        if (isBelow(type, "junit.framework.TestCase")) {
            old(type);
            return;
        }
        List<Method> methods = methods(type);
        boolean four = has(type, "org.junit.runner.RunWith");
        boolean five = false;
        boolean ng = has(type, "org.testng.annotations.Test");
        for (Method method : methods) {
            four |= has(method, "org.junit.Test");
            five |= marks(method).stream().anyMatch(mark -> isJupiterTest(mark));
            ng |= has(method, "org.testng.annotations.Test");
        }
        if (four) {
            four(type, methods);
        } else if (five) {
            five(type, methods);
        } else if (ng) {
            testNg(type, methods);
        }
    }

    private static String name(Class<?> type, String method) {
        return type.getName() + "." + method;
    }

    // Plain ones ---------------------------------------------------------------------------------------------------

    private void old(Class<?> type) {
        for (Method method : type.getMethods()) {
            if (method.getName().startsWith("test") && method.getParameterCount() == 0) {
                all.put(name(type, method.getName()), () -> {
                    Object one;
                    try {
                        one = made(type.getDeclaredConstructor());
                        type.getMethod("setName", String.class).invoke(one, method.getName());
                    } catch (NoSuchMethodException named) {
                        one = made(type.getDeclaredConstructor(String.class), method.getName());
                    }
                    call(type.getMethod("runBare"), one);
                });
            }
        }
    }

    private void four(Class<?> type, List<Method> methods) throws Exception {
        boolean plain = isPlain(type, "org.junit.Rule", "org.junit.ClassRule");
        for (Method method : methods) {
            plain &= !has(method, "org.junit.Rule") && !has(method, "org.junit.ClassRule");
        }
        if (!plain) {
            Framework.four(loader, type, all);
            return;
        }
        for (Method method : methods) {
            Annotation mark = mark(method, "org.junit.Test");
            if (mark == null || has(method, "org.junit.Ignore") || has(type, "org.junit.Ignore")) {
                continue;
            }
            Class<?> expected = (Class<?>) mark.annotationType().getMethod("expected").invoke(mark);
            boolean none = expected.getName().equals("org.junit.Test$None");
            Test whole = around(type, method, methods, "org.junit.", "BeforeClass", "Before", "After", "AfterClass");
            all.put(name(type, method.getName()), none ? whole : () -> expect(whole, expected));
        }
    }

    private static void expect(Test test, Class<?> expected) throws Throwable {
        try {
            test.run();
        } catch (Throwable thrown) {
            if (expected.isInstance(thrown)) {
                return;
            }
            throw thrown;
        }
        throw new AssertionError("nothing was thrown");
    }

    private void five(Class<?> type, List<Method> methods) {
        boolean plain = isPlain(type) && (Modifier.isStatic(type.getModifiers()) || !type.isMemberClass());
        for (Method method : methods) {
            List<Annotation> marks = marks(method);
            if (marks.stream().noneMatch(Tests::isJupiterTest) || has(method, JUPITER + "Disabled")
                || has(type, JUPITER + "Disabled")) {
                continue;
            }
            boolean direct = plain && method.getParameterCount() == 0
                && marks.stream().allMatch(mark -> PLAIN.contains(mark.annotationType().getSimpleName()));
            all.put(name(type, method.getName()), direct
                ? around(type, method, methods, JUPITER, "BeforeAll", "BeforeEach", "AfterEach", "AfterAll")
                : () -> Framework.five(loader, type, method));
        }
    }

    /** `@Test` and whatever makes several of one method. */
    private static boolean isJupiterTest(Annotation mark) {
        String name = mark.annotationType().getName();
        return name.startsWith("org.junit.jupiter.") && name.matches(".*\\.(Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate)")
            || has(mark.annotationType(), JUPITER + "TestTemplate") || has(mark.annotationType(), JUPITER + "Test");
    }

    private void testNg(Class<?> type, List<Method> methods) throws Exception {
        String start = "org.testng.annotations.";
        for (Method method : methods) {
            Annotation mark = mark(method, start + "Test");
            boolean byClass = has(type, start + "Test") && Modifier.isPublic(method.getModifiers())
                && method.getReturnType() == void.class && marks(method).isEmpty();
            if (mark == null && !byClass) {
                continue;
            }
            Class<?>[] expected = mark == null
                ? new Class<?>[0] : (Class<?>[]) mark.annotationType().getMethod("expectedExceptions").invoke(mark);
            String provider = mark == null
                ? "" : (String) mark.annotationType().getMethod("dataProvider").invoke(mark);
            Test whole = () -> {
                for (Object[] row : rows(type, methods, provider)) {
                    around(type, method, methods, start, "BeforeClass", "BeforeMethod", "AfterMethod", "AfterClass", row).run();
                }
            };
            all.put(name(type, method.getName()), expected.length == 0 ? whole : () -> expect(whole, expected[0]));
        }
    }

    private static List<Object[]> rows(Class<?> type, List<Method> methods, String provider) throws Throwable {
        for (Method method : methods) {
            Annotation mark = mark(method, "org.testng.annotations.DataProvider");
            String name = mark == null ? "" : (String) mark.annotationType().getMethod("name").invoke(mark);
            if (mark != null && (provider.equals(name) || name.isEmpty() && provider.equals(method.getName()))) {
                Object one = Modifier.isStatic(method.getModifiers()) ? null : made(type.getDeclaredConstructor());
                return Arrays.asList((Object[][]) call(method, one));
            }
        }
        return Collections.singletonList(new Object[0]);
    }

    private static Test around(
            Class<?> type, Method test, List<Method> methods, String start,
            String first, String before, String after, String last, Object... arguments) {
        List<Method> firsts = marked(methods, start + first, false);
        List<Method> befores = marked(methods, start + before, false);
        List<Method> afters = marked(methods, start + after, true);
        List<Method> lasts = marked(methods, start + last, true);
        return () -> {
            Object one = Modifier.isStatic(test.getModifiers()) && befores.isEmpty() && firsts.isEmpty()
                ? null : made(type.getDeclaredConstructor());
            try {
                for (Method method : firsts) {
                    call(method, one);
                }
                for (Method method : befores) {
                    call(method, one);
                }
                call(test, one, arguments);
            } finally {
                for (Method method : afters) {
                    call(method, one);
                }
                for (Method method : lasts) {
                    call(method, one);
                }
            }
        };
    }

    /** What a superclass has comes first, behind a test last. */
    private static List<Method> marked(List<Method> methods, String mark, boolean turned) {
        List<Method> found = new ArrayList<>();
        for (Method method : methods) {
            if (has(method, mark)) {
                found.add(method);
            }
        }
        if (turned) {
            Collections.reverse(found);
        }
        return found;
    }

    // Reflection ---------------------------------------------------------------------------------------------------

    /** Methods by name, those of superclasses first, without what is overridden. */
    static List<Method> methods(Class<?> type) {
        List<Class<?>> line = new ArrayList<>();
        for (Class<?> one = type; one != null && one != Object.class; one = one.getSuperclass()) {
            line.add(0, one);
        }
        Map<String, Method> found = new LinkedHashMap<>();
        for (Class<?> one : line) {
            Method[] own = one.getDeclaredMethods();
            Arrays.sort(own, Comparator.comparing(Method::getName).thenComparing(Method::toString));
            for (Method method : own) {
                if (!method.isSynthetic()) {
                    found.put(method.getName() + Arrays.toString(method.getParameterTypes()), method);
                }
            }
        }
        return new ArrayList<>(found.values());
    }

    private static boolean isBelow(Class<?> type, String name) {
        for (Class<?> one = type; one != null; one = one.getSuperclass()) {
            if (one.getName().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** No runner, rule or extension has a say. */
    private static boolean isPlain(Class<?> type, String... fields) {
        Set<String> barred = new TreeSet<>(Arrays.asList(fields));
        for (Class<?> one = type; one != null && one != Object.class; one = one.getSuperclass()) {
            for (Annotation mark : one.getDeclaredAnnotations()) {
                if (!PLAIN.contains(mark.annotationType().getSimpleName())) {
                    return false;
                }
            }
            for (Field field : one.getDeclaredFields()) {
                for (Annotation mark : field.getDeclaredAnnotations()) {
                    if (barred.contains(mark.annotationType().getName()) || mark.annotationType().getName().startsWith("org.junit.")) {
                        return false;
                    }
                }
            }
        }
        return Arrays.stream(type.getDeclaredConstructors()).anyMatch(made -> made.getParameterCount() == 0);
    }

    static boolean has(AnnotatedElement where, String name) {
        return mark(where, name) != null;
    }

    private static Annotation mark(AnnotatedElement where, String name) {
        for (Annotation mark : marks(where)) {
            if (mark.annotationType().getName().equals(name)) {
                return mark;
            }
        }
        return null;
    }

    private static List<Annotation> marks(AnnotatedElement where) {
        return Arrays.asList(where.getAnnotations());
    }

    private static Object made(Constructor<?> constructor, Object... arguments) throws Throwable {
        constructor.setAccessible(true);
        try {
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException wrapped) {
            throw wrapped.getCause();
        }
    }

    private static Object call(Method method, Object on, Object... arguments) throws Throwable {
        method.setAccessible(true);
        try {
            return method.invoke(Modifier.isStatic(method.getModifiers()) ? null : on, arguments);
        } catch (InvocationTargetException wrapped) {
            throw wrapped.getCause();
        }
    }
}
