package thanos_search;

/** What woven code calls: which candidate is on, how much it may still do, which lines are run. */
public final class Hub {
    /** The candidate that is on; -1 is the code as it stands. */
    public static int id = -1;
    /** Steps of loops and calls that are left. */
    public static long left = Long.MAX_VALUE;
    public static volatile boolean over;
    public static boolean[] hits = new boolean[0];
    public static volatile Recorder recorder;
    public static volatile Integer exited;

    public interface Recorder {
        void call(int spot, Object receiver, Object[] arguments);
    }

    /** The time is up. Not an exception that programs catch. */
    public static final class Stop extends Error {
        private static final long serialVersionUID = 1L;

        Stop() {
            super("stopped", null, false, false);
        }
    }

    /** What a program asks for with `System.exit`. */
    public static final class Exit extends Error {
        private static final long serialVersionUID = 1L;
        public final int code;

        Exit(int code) {
            super("exit", null, false, false);
            this.code = code;
        }
    }

    private Hub() {}

    public static void tick() {
        if (--left < 0) {
            over = true;
            throw new Stop();
        }
    }

    public static void hit(int number) {
        hits[number] = true;
    }

    public static void exit(int code) {
        if (exited == null) {
            exited = code;
        }
        throw new Exit(code);
    }

    public static void record(int spot, Object receiver, Object... arguments) {
        Recorder to = recorder;
        if (to != null) {
            to.call(spot, receiver, arguments);
        }
    }
}
