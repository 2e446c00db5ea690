package thanos_search;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts the machines that run tests, and starts them anew when one dies. */
public final class Chief {
    /** A machine and what it says. */
    static final class Hand {
        private static final String DEAD = "dead";
        private final Process process;
        private final OutputStream in;
        private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

        Hand(Path place, Realm realm) throws IOException {
            List<String> line = new ArrayList<>();
            String own = System.getProperty("java.home");
            boolean whole = Files.exists(Paths.get(realm.home, "bin", "javac"));
            line.add(Paths.get(whole ? realm.home : own, "bin", "java").toString());
            // Short runs gain nothing from the second compiler, and workers share the processors.
            line.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx768m"));
            for (String name : new String[] {"java.lang", "java.util", "java.util.concurrent"}) {
                line.addAll(List.of("--add-opens", "java.base/" + name + "=ALL-UNNAMED"));
            }
            for (String option : realm.options) {
                if (option.startsWith("-Xss") || option.startsWith("-D") || option.startsWith("--add-opens")
                    || option.startsWith("--add-exports") || option.startsWith("-Dfile.encoding")) {
                    line.add(option);
                }
            }
            line.addAll(List.of("-cp", place.resolve("driver.jar").toString(), "thanos_search.Worker", place.toString()));
            ProcessBuilder start = new ProcessBuilder(line).directory(new File(realm.cwd));
            start.environment().remove("JAVA_TOOL_OPTIONS");
            start.redirectError(ProcessBuilder.Redirect.appendTo(place.resolve("said").toFile()));
            process = start.start();
            in = process.getOutputStream();
            Thread reader = new Thread(this::listen, "thanos-search-reader");
            reader.setDaemon(true);
            reader.start();
        }

        private void listen() {
            try (BufferedReader lines =
                     new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    said.add(line);
                }
            } catch (IOException over) {
                // Its end is told below.
            }
            said.add(DEAD);
        }

        boolean tell(String line) {
            try {
                in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                in.flush();
                return true;
            } catch (IOException dead) {
                return false;
            }
        }

        /** The words of the next line; `null` when there will be none any more. */
        String[] hear(double seconds) throws InterruptedException {
            String line = said.poll((long) (seconds * 1000), TimeUnit.MILLISECONDS);
            if (line == null) {
                end();
            }
            return line == null || line.equals(DEAD) ? null : line.split("\t", -1);
        }

        void end() {
            process.destroyForcibly();
        }
    }

    private Chief() {}

    public static void main(String[] arguments) throws Exception {
        Path place = Paths.get(arguments[0]);
        Request request = new Request(place);
        String answer = request.isProbe() ? new Survey(place, request).answer() : new Contest(place, request).answer();
        if (answer != null) {
            Files.writeString(place.resolve("answer"), answer + "\n", StandardCharsets.UTF_8);
        }
        System.exit(0);
    }

    /** What the failing command ran, one entry for each way of running. */
    static List<Realm> realms(Path place) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(place)) {
            files = all.filter(file -> file.getFileName().toString().matches("realm\\.\\d+"))
                .sorted((a, b) -> Long.compare(number(a), number(b))).collect(Collectors.toList());
        }
        List<Realm> realms = new ArrayList<>();
        for (Path file : files) {
            Realm realm = Realm.read(file);
            boolean known = false;
            for (Realm other : realms) {
                known = known || other.takes(realm);
            }
            if (!known) {
                realms.add(realm);
            }
        }
        return realms;
    }

    private static long number(Path file) {
        return Long.parseLong(file.getFileName().toString().substring("realm.".length()));
    }
}
