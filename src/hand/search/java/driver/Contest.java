package thanos_search;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Shares the candidates out to machines, best first, and keeps the accounts. */
final class Contest {
    /** Candidates that wait for more time, dearest step last. */
    private static final int STEPS = 3;
    private static final int CONFIRMED = 24;
    private static final int HOPEFUL = 300;

    private static final class Job {
        final int step;
        final List<Integer> numbers;

        Job(int step, List<Integer> numbers) {
            this.step = step;
            this.numbers = numbers;
        }
    }

    private final Path place;
    private final Request request;
    private final Realm realm;
    private final double margin;
    private final ArrayDeque<Job> queue = new ArrayDeque<>();
    private final List<int[]> later = new ArrayList<>();
    private final Map<Integer, Integer> progress = new TreeMap<>();
    private final Set<Integer> alive = new LinkedHashSet<>();
    /** Survivor → calls of the tests to which it gives another answer than the program as it is, of how many. */
    private final Map<String, Object> evidence = new TreeMap<>();
    private double best = Double.MAX_VALUE;
    private int judged;
    private int busy;
    private boolean late;
    private Chief.Hand rested;

    Contest(Path place, Request request) throws Exception {
        this.place = place;
        this.request = request;
        this.realm = Survey.unpacked(place);
        margin = Request.number(request.all.get("margin")).doubleValue();
        int count = request.candidates.size();
        for (int at = 0, size; at < count; at += size) {
            // Small ones where survivors are likely, so that little is judged in vain.
            size = at < 120 ? 60 : at < 900 ? 150 : 400;
            List<Integer> numbers = new ArrayList<>();
            for (int number = at; number < Math.min(count, at + size); number++) {
                numbers.add(number);
            }
            queue.add(new Job(0, numbers));
        }
    }

    String answer() throws Exception {
        double began = System.nanoTime() / 1e9;
        double end = began + request.budget();
        int workers = Request.number(request.all.get("workers")).intValue();
        List<Thread> threads = new ArrayList<>();
        // A machine has to warm up: for a few candidates one is enough.
        for (int i = 0; i < Math.min(workers, 1 + queue.size() / 3); i++) {
            Thread thread = new Thread(() -> work(end));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            for (thread.join(1000); thread.isAlive(); thread.join(1000)) {
                tellProgress();
            }
        }
        double seconds = System.nanoTime() / 1e9 - began;
        List<List<Integer>> groups = confirmed();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("judged", judged);
        answer.put("alive", groups.stream().flatMap(List::stream).sorted().collect(Collectors.toList()));
        answer.put("groups", groups);
        answer.put("evidence", evidence);
        answer.put("hopeful", progress.keySet().stream()
            .sorted((a, b) -> progress.get(a).equals(progress.get(b))
                ? Integer.compare(a, b) : progress.get(b) - progress.get(a))
            .limit(HOPEFUL).collect(Collectors.toList()));
        answer.put("out_of_time", late);
        answer.put("seconds", seconds);
        return Json.write(answer);
    }

    // One machine ----------------------------------------------------------------------------------------------------

    private void work(double end) {
        Chief.Hand hand = null;
        try {
            for (Job job = next(end); job != null; job = next(end)) {
                hand = hand == null ? new Chief.Hand(place, realm) : hand;
                hand = done(hand, job, end) ? hand : null;
                finished();
            }
        } catch (Exception broken) {
            System.err.println("a worker broke: " + broken);
        }
        if (hand != null) {
            keep(hand);
        }
    }

    /** One machine that has done its work is enough for what comes after. */
    private synchronized void keep(Chief.Hand hand) {
        if (rested == null) {
            rested = hand;
        } else {
            hand.end();
        }
    }

    private Chief.Hand hand() throws Exception {
        Chief.Hand hand = rested == null ? new Chief.Hand(place, realm) : rested;
        rested = null;
        return hand;
    }

    /** Whether the machine is still good for another job. */
    private boolean done(Chief.Hand hand, Job job, double end) throws Exception {
        hand.tell("judge\t" + job.step + "\t" + joined(job.numbers));
        Set<Integer> open = new LinkedHashSet<>(job.numbers);
        Set<Integer> seen = new HashSet<>();
        int at = -1;
        while (true) {
            double left = end - System.nanoTime() / 1e9;
            String[] words = left <= 0 ? null : hand.hear(Math.min(left + 0.1, 30));
            if (words == null) {
                hand.end();
                if (at >= 0 && open.remove(at) && left > 0) {
                    settle(at, "T", 0, job.step);
                }
                if (!open.isEmpty() && left > 0 && !(at < 0 && seen.isEmpty() && open.size() == 1)) {
                    again(new Job(job.step, new ArrayList<>(open)), at < 0);
                }
                return false;
            }
            if (words[0].equals("end")) {
                return true;
            }
            if (words[0].equals("at")) {
                at = Integer.parseInt(words[1]);
            } else if (words[0].equals("r")) {
                int number = Integer.parseInt(words[1]);
                if (open.remove(number)) {
                    settle(number, words[2], Integer.parseInt(words[3]), job.step);
                }
                seen.add(number);
            } else if (words[0].equals("broken")) {
                System.err.println(words[1]);
                throw new IllegalStateException(words[1]);
            }
        }
    }

    private static String joined(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    // Accounts -------------------------------------------------------------------------------------------------------

    private synchronized void again(Job job, boolean untouched) {
        // Nobody in particular is to blame when a machine dies before the first one: it gets half as much.
        if (untouched && job.numbers.size() > 1) {
            int half = job.numbers.size() / 2;
            queue.addFirst(new Job(job.step, job.numbers.subList(half, job.numbers.size())));
            queue.addFirst(new Job(job.step, job.numbers.subList(0, half)));
        } else {
            queue.addFirst(job);
        }
    }

    /** As whoever started this reads it: RS, how many were judged, how many of them pass. */
    private synchronized void tellProgress() {
        System.err.print("\u001e" + judged + " " + alive.size() + "\n");
    }

    private synchronized void finished() {
        busy--;
        notifyAll();
    }

    private boolean isWithin(int number) {
        return request.candidates.get(number).cost <= best + margin;
    }

    private synchronized void settle(int number, String result, int passed, int step) {
        judged++;
        if (result.equals("P")) {
            alive.add(number);
            best = Math.min(best, request.candidates.get(number).cost);
        } else if (result.equals("T") && step + 1 < STEPS) {
            later.add(new int[] {step + 1, -passed, number});
        }
        if (passed > 0 && !result.equals("P")) {
            progress.merge(number, passed, Math::max);
        }
    }

    /** `null` when nothing is left to do. */
    private synchronized Job next(double end) throws InterruptedException {
        while (true) {
            if (System.nanoTime() / 1e9 > end) {
                late = !queue.isEmpty() || busy > 0;
                return null;
            }
            while (!queue.isEmpty()) {
                Job job = queue.poll();
                List<Integer> wanted = job.numbers.stream().filter(this::isWithin).collect(Collectors.toList());
                if (!wanted.isEmpty()) {
                    busy++;
                    return new Job(job.step, wanted);
                }
            }
            if (busy > 0) {
                wait(100);
            } else if (!more()) {
                return null;
            }
        }
    }

    /** Those whose time was up once more, with more of it. */
    private boolean more() {
        later.sort((a, b) -> a[0] != b[0] ? a[0] - b[0] : a[1] != b[1] ? a[1] - b[1] : a[2] - b[2]);
        if (later.isEmpty()) {
            return false;
        }
        int step = later.get(0)[0];
        // With a survivor in hand a slow one is only worth one more step.
        if (!alive.isEmpty() && step > 1) {
            return false;
        }
        List<Integer> now = new ArrayList<>();
        for (int[] one : later) {
            if (one[0] == step && isWithin(one[2])) {
                now.add(one[2]);
            }
        }
        later.removeIf(one -> one[0] == step);
        int most = step == 1 ? 400 : 40;
        int size = step == 1 ? 25 : 2;
        now = now.subList(0, Math.min(most, now.size()));
        for (int at = 0; at < now.size(); at += size) {
            queue.add(new Job(step, new ArrayList<>(now.subList(at, Math.min(now.size(), at + size)))));
        }
        return true;
    }

    // Survivors ------------------------------------------------------------------------------------------------------

    /** Each survivor once more in classes of its own, with all the time that it wants; then which do the same. */
    private List<List<Integer>> confirmed() throws Exception {
        List<Integer> chosen = alive.stream().filter(this::isWithin).sorted().limit(CONFIRMED).collect(Collectors.toList());
        alive.clear();
        List<Integer> kept = new ArrayList<>();
        while (!chosen.isEmpty()) {
            Chief.Hand hand = hand();
            hand.tell("confirm\t2\t" + joined(chosen));
            int at = chosen.get(0);
            boolean over = false;
            for (String[] words = hand.hear(60); words != null && !over; words = over ? words : hand.hear(60)) {
                over = words[0].equals("end") || words[0].equals("broken");
                if (words[0].equals("at")) {
                    at = Integer.parseInt(words[1]);
                } else if (words[0].equals("r")) {
                    Integer number = Integer.valueOf(words[1]);
                    chosen.remove(number);
                    if (words[2].equals("P")) {
                        kept.add(number);
                    }
                }
            }
            if (over && !kept.isEmpty()) {
                Collections.sort(kept);
                return grouped(hand, kept);
            }
            hand.end();
            chosen.remove(Integer.valueOf(at));
            if (over) {
                break;
            }
        }
        return kept.isEmpty() ? List.of() : grouped(hand(), kept);
    }

    private List<List<Integer>> grouped(Chief.Hand hand, List<Integer> kept) throws Exception {
        Map<Integer, Map<String, Object>> did = new HashMap<>();
        hand.tell("behave\t0\t" + joined(kept));
        for (String[] words = hand.hear(30); words != null && !words[0].equals("end"); words = hand.hear(30)) {
            if (words[0].equals("does")) {
                did.put(Integer.valueOf(words[1]), Request.map(Json.read(words[2])));
                evidence.put(words[1], List.of(Integer.valueOf(words[3]), Integer.valueOf(words[4])));
            } else if (words[0].equals("broken")) {
                break;
            }
        }
        hand.end();
        List<List<Integer>> groups = new ArrayList<>();
        for (int number : kept) {
            List<Integer> same = null;
            for (List<Integer> group : groups) {
                same = same == null && isAlike(did.get(group.get(0)), did.get(number)) ? group : same;
            }
            if (same == null) {
                same = new ArrayList<>();
                groups.add(same);
            }
            same.add(number);
        }
        // Of those that do the same elsewhere the ones first that come to an end most often.
        for (List<Integer> group : groups) {
            group.sort((a, b) -> Long.compare(endless(did.get(a)), endless(did.get(b))));
        }
        return groups;
    }

    private static long endless(Map<String, Object> did) {
        String deep = "raises " + StackOverflowError.class.getName();
        return did == null ? 0 : did.values().stream().filter(what -> deep.equals(what) || "endless".equals(what)).count();
    }

    /** What only one of two refuses says little: the argument may be one that nobody would give. */
    private static boolean isAlike(Map<String, Object> one, Map<String, Object> other) {
        if (one == null || other == null || one.isEmpty() || other.isEmpty()) {
            return false;
        }
        for (Map.Entry<String, Object> entry : one.entrySet()) {
            Object then = other.get(entry.getKey());
            boolean values = entry.getValue().toString().startsWith("value ") && then != null
                && then.toString().startsWith("value ");
            if (values && !entry.getValue().equals(then)) {
                return false;
            }
        }
        return true;
    }
}
