package thanos_search;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.StackWalker.StackFrame;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** What survivors do with arguments like those that the tests use. */
final class Behaviour {
    private static final int CALLS = 60;
    private static final int INPUTS = 240;
    private static final int ENTRIES = 6;
    /** Where the program as it is hangs so often, the rest is not waited for. */
    private static final int HUNG = 3;
    /** The program as it is. */
    private static final int BROKEN = -1;

    /** A call from the tests into code under suspicion, as it was when it began. */
    private static final class Call {
        final Method method;
        final Object receiver;
        final Object[] arguments;

        Call(Method method, Object receiver, Object[] arguments) {
            this.method = method;
            this.receiver = receiver;
            this.arguments = arguments;
        }
    }

    private final Worker worker;
    private final Judgment judgment;
    private final Map<Integer, List<Call>> calls = new LinkedHashMap<>();
    private final Set<String> seen = new HashSet<>();

    private Behaviour(Worker worker, Judgment judgment) {
        this.worker = worker;
        this.judgment = judgment;
    }

    /**
     * Tells for each of them what it does with each of the same inputs, and to how many of the tests' own calls it gives
     * another answer than the program as it is.
     */
    static void compare(Worker worker, Judgment judgment, List<Integer> numbers) throws Exception {
        List<Integer> copied = numbers.stream().filter(judgment.assembly::isSeenInCalls).collect(Collectors.toList());
        Map<String, byte[]> classes = copied.isEmpty() ? null : judgment.assembly.recording(copied);
        Map<String, Object> broken = classes == null ? Map.of() : of(worker, judgment, copied, classes).did(BROKEN);
        for (int number : classes == null ? List.<Integer>of() : copied) {
            Map<String, Object> did = of(worker, judgment, copied, classes).did(number);
            long other = broken.keySet().stream().filter(at -> !broken.get(at).equals(did.get(at))).count();
            worker.out.println("does\t" + number + "\t" + Json.write(did) + "\t" + other + "\t" + broken.size());
        }
    }

    /** Everything anew for each, so that nothing of one is left for the next. */
    private static Behaviour of(
            Worker worker, Judgment judgment, List<Integer> copied, Map<String, byte[]> classes) throws Exception {
        Behaviour behaviour = new Behaviour(worker, judgment);
        // A survivor lets tests come to their end, and make all of their calls.
        behaviour.record(judgment.new Life(classes), copied.get(0));
        return behaviour;
    }

    private void record(Judgment.Life life, int survivor) {
        Hub.id = survivor;
        StackWalker stack = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
        Set<String> suspects = judgment.assembly.base.keySet();
        long end = System.nanoTime() + 5_000_000_000L;
        for (String name : judgment.names) {
            Hub.recorder = (spot, receiver, arguments) -> {
                List<StackFrame> frames = stack.walk(all -> all
                    .filter(frame -> !frame.getClassName().startsWith("thanos_search.")).limit(2)
                    .collect(Collectors.toList()));
                boolean inside = frames.size() > 1 && suspects.contains(frames.get(1).getClassName());
                List<Call> known = calls.computeIfAbsent(spot, of -> new ArrayList<>());
                if (inside || known.size() >= CALLS) {
                    return;
                }
                // What is copied and shown runs code that tells its own calls.
                Hub.Recorder self = Hub.recorder;
                Hub.recorder = null;
                try {
                    StackFrame top = frames.get(0);
                    Method method = top.getDeclaringClass()
                        .getDeclaredMethod(top.getMethodName(), top.getMethodType().parameterArray());
                    method.setAccessible(true);
                    if (seen.add(spot + Values.shown(receiver) + Values.shown(arguments))) {
                        Object[] both = (Object[]) Values.copy(new Object[] {receiver, arguments});
                        known.add(new Call(method, both[0], (Object[]) both[1]));
                    }
                } catch (Exception | StackOverflowError odd) {
                    // Arguments that cannot be copied tell nothing.
                } finally {
                    Hub.recorder = self;
                }
            };
            if (System.nanoTime() < end) {
                judgment.run(life, name, 1);
            }
        }
        Hub.recorder = null;
        Hub.id = BROKEN;
        calls.values().removeIf(List::isEmpty);
    }

    /** The tests' own calls first; nothing else is asked of the program as it is. */
    private Map<String, Object> did(int number) {
        Random random = new Random(20);
        int hung = 0;
        Map<String, Object> did = new LinkedHashMap<>();
        List<Integer> entries = calls.keySet().stream().sorted().limit(ENTRIES).collect(Collectors.toList());
        for (int spot : entries) {
            List<Call> own = calls.get(spot);
            Values.Near near = new Values.Near(random);
            own.forEach(call -> near.learn(call.arguments, 0));
            int turns = number == BROKEN ? Math.min(own.size(), INPUTS / entries.size()) : INPUTS / entries.size();
            for (int turn = 0; turn < turns && hung < HUNG; turn++) {
                Call call = own.get(turn % own.size());
                Object[] both = (Object[]) Values.copy(new Object[] {call.receiver, call.arguments});
                Object[] arguments = (Object[]) both[1];
                Class<?>[] types = call.method.getParameterTypes();
                for (int i = 0; i < arguments.length && turn >= own.size(); i++) {
                    Object varied = near.vary(arguments[i], 0.4);
                    arguments[i] = varied == null && types[i].isPrimitive() ? arguments[i] : varied;
                }
                String what = what(number, call.method, both[0], arguments);
                if (what != null) {
                    did.put(spot + ":" + turn, what);
                }
                hung += number == BROKEN && "endless".equals(what) ? 1 : 0;
            }
        }
        return did;
    }

    /** The result with what became of the arguments, or what was thrown; `endless` when the time was up. */
    private String what(int number, Method method, Object receiver, Object[] arguments) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true));
        Object[] result = new Object[1];
        String[] shown = new String[1];
        Hub.id = number;
        try {
            String how = worker.clock.run(() -> {
                try {
                    result[0] = method.invoke(receiver, arguments);
                } catch (InvocationTargetException thrown) {
                    if (thrown.getCause() instanceof Hub.Stop) {
                        throw thrown.getCause();
                    }
                    shown[0] = "raises " + thrown.getCause().getClass().getName();
                    return;
                }
                String said = printed.size() < 2000 ? printed.toString() : "much: " + printed.size();
                shown[0] = "value " + Values.shown(result[0]) + Values.shown(receiver) + Values.shown(arguments) + said;
            }, false, judgment.steps(0), 0.5);
            return how.equals("T") ? "endless" : shown[0];
        } finally {
            System.setOut(before);
            Hub.id = BROKEN;
        }
    }
}
