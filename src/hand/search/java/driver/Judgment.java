package thanos_search;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs candidates through the tests: those that fail first, and the first failure ends it. */
final class Judgment {
    /** One set of living classes with their tests. */
    final class Life {
        final Loader loader;
        private final Map<String, Map<String, Tests.Test>> known = new HashMap<>();

        Life(Map<String, byte[]> classes) {
            loader = new Loader(worker.jars, worker.shelf, List.of(classes, assembly.base), worker.realm.asserts());
        }

        Tests.Test test(String name) {
            Thread.currentThread().setContextClassLoader(loader);
            String owner = owner(name);
            return known.computeIfAbsent(owner, of -> Tests.of(
                loader, of.isEmpty() ? List.of() : List.of(of), worker.realm.mains())).get(name);
        }
    }

    /** How far a candidate came. */
    static final class Fate {
        final String result;
        final int passed;

        Fate(String result, int passed) {
            this.result = result;
            this.passed = passed;
        }
    }

    private static final int STEPS_AT_LEAST = 20_000;

    final Worker worker;
    final Assembly assembly;
    final List<String> names = new ArrayList<>();
    private final long most;
    private final double slowest;
    /** Whether anything outlives a test; `null` before that is known. */
    private Boolean stained;

    Judgment(Worker worker) throws Exception {
        this.worker = worker;
        assembly = new Assembly(worker.compiler, worker.request);
        names.addAll(worker.request.failing);
        names.addAll(worker.request.passing);
        most = worker.request.seconds.keySet().stream().mapToLong(worker.request::steps).max().orElse(0);
        slowest = worker.request.seconds.values().stream().mapToDouble(seconds -> seconds).max().orElse(0);
    }

    String owner(String name) {
        Object memory = worker.request.all.get("memory");
        Object owners = memory instanceof Map ? Request.map(memory).get("owner") : null;
        Object own = owners instanceof Map ? Request.map(owners).get(name) : null;
        return own == null ? "" : (String) own;
    }

    long steps(int step) {
        long first = Math.max(STEPS_AT_LEAST, 5 * most);
        return step == 0 ? first : step == 1 ? Math.max(40 * first, 4_000_000) : Long.MAX_VALUE;
    }

    private double seconds(int step, String name) {
        double first = Math.min(8 * slowest + 0.25, 3);
        double own = 8 * worker.request.seconds.getOrDefault(name, 0.0);
        return Math.max(own, step == 0 ? first : step == 1 ? Math.min(4 * first, 3) : 3);
    }

    /** Tells how each of them fares; `alone` in classes that no other has lived in. */
    void judge(List<Integer> numbers, int step, boolean alone) throws Exception {
        List<Assembly.Batch> batches = assembly.batches(numbers);
        Set<Integer> missing = new HashSet<>(numbers);
        batches.forEach(batch -> missing.removeAll(batch.numbers));
        missing.forEach(number -> say(number, new Fate("E", 0)));
        for (Assembly.Batch batch : batches) {
            judge(batch, step, alone);
        }
    }

    private void judge(Assembly.Batch batch, int step, boolean alone) {
        Map<Integer, Fate> fates = new HashMap<>();
        Life life = new Life(batch.classes);
        for (int number : batch.numbers) {
            if (alone || stained == null || stained) {
                life = new Life(batch.classes);
            }
            fates.put(number, judge(life, batch, number, step));
            stained = stained == null ? isStained(life.loader) : stained;
        }
        if (!alone && !stained && batch.numbers.size() > 1 && !isSound(life)) {
            // Something did outlive a test: nothing is known.
            stained = true;
            for (int number : batch.numbers) {
                fates.put(number, judge(new Life(batch.classes), batch, number, step));
            }
        }
        fates.forEach(this::say);
    }

    private void say(int number, Fate fate) {
        worker.out.println("r\t" + number + "\t" + fate.result + "\t" + fate.passed);
    }

    private Fate judge(Life life, Assembly.Batch batch, int number, int step) {
        worker.out.println("at\t" + number);
        Hub.id = batch.alone ? -1 : number;
        int passed = 0;
        worker.clock.atTheEnd(result -> say(number, new Fate(result, 0)));
        for (String name : names) {
            String result = run(life, name, step);
            if (result.equals("F") || result.equals("T")) {
                return new Fate(result, passed);
            }
            passed++;
        }
        return new Fate("P", passed);
    }

    String run(Life life, String name, int step) {
        Tests.Test test = life.test(name);
        return test == null ? "F" : worker.clock.run(test, owner(name).isEmpty(), steps(step), seconds(step, name));
    }

    /** Whether tests that are known to pass still do, on the code as it stands. */
    private boolean isSound(Life life) {
        Hub.id = -1;
        for (String name : worker.request.passing.subList(0, Math.min(2, worker.request.passing.size()))) {
            if (!run(life, name, 1).equals("P")) {
                return false;
            }
        }
        return true;
    }

    /** Whether the classes that a test run loads have something that changes and stays. */
    private static boolean isStained(Loader loader) {
        for (Class<?> type : new ArrayList<>(loader.defined)) {
            try {
                for (Field field : type.getDeclaredFields()) {
                    boolean fixed = Modifier.isFinal(field.getModifiers()) && isFixed(field.getType());
                    if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic() && !fixed) {
                        return true;
                    }
                }
            } catch (Throwable unknown) {
                return true;
            }
        }
        return false;
    }

    private static boolean isFixed(Class<?> type) {
        return type.isPrimitive() || type.isEnum() || type == String.class || type == Class.class
            || Number.class.isAssignableFrom(type) && type.getName().startsWith("java.lang.")
            || type == Boolean.class || type == Character.class || type.getName().startsWith("java.time.")
            || type == java.math.BigInteger.class || type == java.math.BigDecimal.class
            || type == java.util.regex.Pattern.class;
    }
}
