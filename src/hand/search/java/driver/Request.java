package thanos_search;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is asked: a probe, or the judgment of candidates. */
final class Request {
    static final class Candidate {
        double cost;
        /** Function (by number) or file (-1 - number) → edits. */
        final Map<Integer, List<Source.Edit>> edits = new LinkedHashMap<>();
    }

    final Map<String, Object> all;
    final Path place;
    final Path root;
    final List<Candidate> candidates = new ArrayList<>();
    final List<String> failing = new ArrayList<>();
    final List<String> passing = new ArrayList<>();
    final Map<String, Double> seconds = new HashMap<>();

    Request(Path place) throws IOException {
        this.place = place;
        all = map(Json.read(Files.readString(place.resolve("request"), StandardCharsets.UTF_8)));
        root = java.nio.file.Paths.get(System.getenv("THANOS_SEARCH_ROOT"));
        for (Object one : list("candidates")) {
            List<?> parts = (List<?>) one;
            Candidate candidate = new Candidate();
            candidate.cost = number(parts.get(0)).doubleValue();
            for (Object place1 : (List<?>) parts.get(1)) {
                List<?> pair = (List<?>) place1;
                List<Source.Edit> edits = new ArrayList<>();
                for (Object edit : (List<?>) pair.get(1)) {
                    List<?> words = (List<?>) edit;
                    edits.add(new Source.Edit(
                        number(words.get(0)).intValue(), number(words.get(1)).intValue(), (String) words.get(2)));
                }
                candidate.edits.put(number(pair.get(0)).intValue(), edits);
            }
            candidates.add(candidate);
        }
        list("failing").forEach(name -> failing.add((String) name));
        list("passing").forEach(name -> passing.add((String) name));
        for (Object one : list("tests")) {
            Map<String, Object> test = map(one);
            // A first test of a framework pays for its start; one that was stopped says nothing.
            if (!"T".equals(test.get("result"))) {
                seconds.put((String) test.get("name"), number(test.get("seconds")).doubleValue());
            }
        }
    }

    boolean isProbe() {
        return "probe".equals(all.get("mode"));
    }

    double budget() {
        return number(all.get("budget")).doubleValue();
    }

    List<String> files() {
        List<String> files = new ArrayList<>();
        list("files").forEach(file -> files.add((String) file));
        return files;
    }

    List<?> list(String name) {
        Object value = all.get(name);
        return value instanceof List ? (List<?>) value : List.of();
    }

    /** Steps that a test took before any change; 0 where that is not known. */
    long steps(String test) {
        Object memory = all.get("memory");
        Object steps = memory instanceof Map ? map(memory).get("steps") : null;
        Object own = steps instanceof Map ? map(steps).get(test) : null;
        return own == null ? 0 : number(own).longValue();
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    static Number number(Object value) {
        return (Number) value;
    }
}
