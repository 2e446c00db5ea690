package thanos_search;

import java.util.function.Consumer;

/**
 * Runs tests within limits: so many steps of woven loops, and so many seconds. Who goes on nevertheless is stopped where
 * the machine still can do that; else the whole machine ends, and whoever started it goes on behind the one to blame.
 */
final class Clock {
    private static final long PATIENCE = 300_000_000L;
    private static final long END = 1_500_000_000L;

    private final Object lock = new Object();
    private long deadline = Long.MAX_VALUE;
    private Thread runner;
    private Consumer<String> last = word -> { };

    Clock() {
        Thread watch = new Thread(this::watch, "thanos-search-clock");
        watch.setDaemon(true);
        watch.setPriority(Thread.MAX_PRIORITY);
        watch.start();
    }

    /** What is done before the machine ends because a test does not. */
    void atTheEnd(Consumer<String> what) {
        last = what;
    }

    /** `P`, `F`, `T` when its time was up, `S` where it says nothing. */
    String run(Tests.Test test, boolean main, long steps, double seconds) {
        Hub.over = false;
        Hub.exited = null;
        synchronized (lock) {
            Hub.left = steps;
            runner = Thread.currentThread();
            deadline = System.nanoTime() + (long) (seconds * 1e9);
        }
        String result = "F";
        try {
            try {
                test.run();
                result = "P";
            } finally {
                synchronized (lock) {
                    deadline = Long.MAX_VALUE;
                    runner = null;
                }
            }
        } catch (Throwable thrown) {
            String name = thrown.getClass().getSimpleName();
            boolean silent = thrown instanceof Framework.Skipped || name.contains("AssumptionViolated")
                || name.equals("TestAbortedException") || name.equals("SkipException");
            result = silent ? "S" : "F";
        }
        if (Hub.over) {
            return "T";
        }
        return Hub.exited == null ? result : main && Hub.exited == 0 ? "P" : "F";
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(5);
                synchronized (lock) {
                    long late = runner == null ? -1 : System.nanoTime() - deadline;
                    if (late > 0) {
                        Hub.over = true;
                        Hub.left = -1;
                    }
                    if (late > END) {
                        last.accept("T");
                        Runtime.getRuntime().halt(7);
                    }
                    if (late > PATIENCE) {
                        stop(runner);
                    }
                }
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stop(Thread thread) {
        try {
            // Gone from newer machines.
            Thread.class.getMethod("stop").invoke(thread);
        } catch (ReflectiveOperationException gone) {
            thread.interrupt();
        }
    }
}
