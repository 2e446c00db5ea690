package thanos_search;

import com.sun.source.tree.CompilationUnitTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Many candidates in one compilation: each function gets a copy for each of them, and begins by asking which one is on.
 * What does not compile is told by where the compiler complains, and left out.
 */
final class Assembly {
    /** Classes in which some candidates live; `alone` is one that is all of its text. */
    static final class Batch {
        final Map<String, byte[]> classes;
        final List<Integer> numbers;
        final boolean alone;

        Batch(Map<String, byte[]> classes, List<Integer> numbers, boolean alone) {
            this.classes = classes;
            this.numbers = numbers;
            this.alone = alone;
        }
    }

    private static final String HEAD = "class X{";
    /** Alone, a candidate costs a compilation. */
    private static final int ROUNDS = 6;

    private final Compiler compiler;
    private final Request request;
    private final List<Source> sources = new ArrayList<>();
    private final List<Map<String, Object>> functions = new ArrayList<>();
    /** Function → its place in the text, `null` where it cannot have copies. */
    private final List<Source.Spot> spots = new ArrayList<>();
    /** The files as they stand, with steps counted. */
    final Map<String, byte[]> base = new HashMap<>();

    Assembly(Compiler compiler, Request request) throws IOException {
        this.compiler = compiler;
        this.request = request;
        List<Compiler.Text> texts = new ArrayList<>();
        for (String path : request.files()) {
            sources.add(new Source(request.root, path));
            texts.add(last().unit(last().text));
        }
        Compiler.Parsed parsed = compiler.parse(texts);
        for (int i = 0; i < texts.size(); i++) {
            CompilationUnitTree unit = parsed.units.get(texts.get(i));
            if (unit != null) {
                sources.get(i).read(unit, parsed.positions);
            }
        }
        for (Object one : request.list("functions")) {
            Map<String, Object> function = Request.map(one);
            functions.add(function);
            Source source = sources.get(Request.number(function.get("file")).intValue());
            spots.add(source.spots.get(Request.number(function.get("body")).intValue()));
        }
        Compiler.Made made = compiler.compile(plain());
        if (!made.faults.isEmpty()) {
            compiler.processors = true;
            made = compiler.compile(plain());
        }
        base.putAll(made.classes);
    }

    private Source last() {
        return sources.get(sources.size() - 1);
    }

    private List<Compiler.Text> plain() {
        List<Compiler.Text> texts = new ArrayList<>();
        for (Source source : sources) {
            texts.add(source.unit(Weaver.apply(source.text, source.steps, null)));
        }
        return texts;
    }

    private Source source(int place) {
        int file = place < 0 ? -1 - place : Request.number(functions.get(place).get("file")).intValue();
        return sources.get(file);
    }

    /** Candidates → classes in which they live. Who is in none does not compile. */
    List<Batch> batches(Collection<Integer> numbers) throws IOException {
        Map<Integer, Map<Integer, String>> copies = new TreeMap<>();
        List<Integer> alone = new ArrayList<>();
        for (int number : numbers) {
            Map<Integer, String> own = copies(number);
            if (own == null) {
                alone.add(number);
            } else {
                copies.put(number, own);
            }
        }
        List<Batch> made = new ArrayList<>();
        together(woven(copies), made);
        for (int number : alone) {
            Compiler.Made one = compiler.compile(whole(number));
            if (one.faults.isEmpty()) {
                made.add(new Batch(one.classes, List.of(number), true));
            }
        }
        return made;
    }

    /** Function → the text of its body with the braces, where all edits are in bodies. */
    private Map<Integer, String> copies(int number) {
        Map<Integer, String> own = new LinkedHashMap<>();
        for (Map.Entry<Integer, List<Source.Edit>> entry : request.candidates.get(number).edits.entrySet()) {
            int place = entry.getKey();
            Source.Spot spot = place < 0 ? null : spots.get(place);
            if (spot == null) {
                return null;
            }
            Source source = source(place);
            Map<String, Object> function = functions.get(place);
            int body = Request.number(function.get("body")).intValue();
            // The first byte that a copy has of its own.
            int first = body + source.text.substring(spot.body, spot.open).getBytes(source.charset).length;
            for (Source.Edit edit : entry.getValue()) {
                if (edit.from < first) {
                    return null;
                }
            }
            own.put(place, "{" + source.edited(entry.getValue(), first, Request.number(function.get("end")).intValue()));
        }
        return own;
    }

    /** Leaves out what cannot be read, and counts the steps of the rest. */
    private Map<Integer, Map<Integer, String>> woven(Map<Integer, Map<Integer, String>> copies) throws IOException {
        List<Compiler.Text> texts = new ArrayList<>();
        copies.forEach((number, own) -> own.forEach((place, body) -> {
            String type = spots.get(place).isConstructor ? "void" : "int";
            texts.add(new Compiler.Text(number + ":" + place, "X.java", HEAD + type + " x()" + body + "\n}"));
        }));
        Compiler.Parsed parsed = compiler.parse(texts);
        Set<String> broken = new HashSet<>();
        parsed.faults.forEach(fault -> broken.add(fault.name));
        Map<Integer, Map<Integer, String>> kept = new TreeMap<>();
        Set<Integer> left = new TreeSet<>();
        for (Compiler.Text text : texts) {
            String[] names = text.name.split(":");
            int number = Integer.parseInt(names[0]);
            CompilationUnitTree unit = parsed.units.get(text);
            // One member only: a brace too many would end the function early.
            if (unit == null || broken.contains(text.name) || unit.getTypeDecls().size() != 1
                || ((com.sun.source.tree.ClassTree) unit.getTypeDecls().get(0)).getMembers().size() != 1) {
                left.add(number);
                continue;
            }
            String whole = Weaver.apply(text.content, Weaver.steps(unit, parsed.positions), null);
            kept.computeIfAbsent(number, n -> new LinkedHashMap<>())
                .put(Integer.parseInt(names[1]), whole.substring(whole.indexOf("x()") + 3, whole.length() - 2));
        }
        kept.keySet().removeAll(left);
        return kept;
    }

    private void together(Map<Integer, Map<Integer, String>> copies, List<Batch> made) {
        for (int round = 0; round < ROUNDS && !copies.isEmpty(); round++) {
            Map<String, List<int[]>> ranges = new HashMap<>();
            Compiler.Made one = compiler.compile(texts(copies, ranges, false));
            if (one.faults.isEmpty()) {
                made.add(new Batch(one.classes, new ArrayList<>(copies.keySet()), false));
                return;
            }
            Set<Integer> guilty = new HashSet<>();
            for (Compiler.Fault fault : one.faults) {
                for (int[] range : ranges.getOrDefault(fault.name, List.of())) {
                    if (range[0] <= fault.at && fault.at < range[1]) {
                        guilty.add(range[2]);
                    }
                }
            }
            if (guilty.isEmpty() || round == ROUNDS - 1) {
                halves(copies, made);
                return;
            }
            copies.keySet().removeAll(guilty);
        }
    }

    /** Nobody in particular is to blame: too much code for one function, say. */
    private void halves(Map<Integer, Map<Integer, String>> copies, List<Batch> made) {
        if (copies.size() < 2) {
            return;
        }
        Map<Integer, Map<Integer, String>> one = new TreeMap<>();
        Map<Integer, Map<Integer, String>> other = new TreeMap<>();
        copies.forEach((number, own) -> (one.size() < copies.size() / 2 ? one : other).put(number, own));
        together(one, made);
        together(other, made);
    }

    /** The files with all copies in them; `record` lets functions tell what they are called with. */
    private List<Compiler.Text> texts(
            Map<Integer, Map<Integer, String>> copies, Map<String, List<int[]>> ranges, boolean record) {
        Map<Source, List<Weaver.Insert>> inserts = new LinkedHashMap<>();
        for (int place = 0; place < spots.size(); place++) {
            Source.Spot spot = spots.get(place);
            Map<Integer, String> own = new TreeMap<>();
            for (Map.Entry<Integer, Map<Integer, String>> entry : copies.entrySet()) {
                if (entry.getValue().containsKey(place)) {
                    own.put(entry.getKey(), entry.getValue().get(place));
                }
            }
            if (spot == null || (own.isEmpty() && !record)) {
                continue;
            }
            List<Weaver.Insert> into = inserts.computeIfAbsent(source(place), s -> new ArrayList<>());
            if (record && !spot.isConstructor) {
                into.add(new Weaver.Insert(spot.body + 1, recording(spot, place), -1));
            }
            if (!own.isEmpty()) {
                (spot.isConstructor ? constructor(spot, own) : method(spot, own)).forEach(into::add);
            }
        }
        List<Compiler.Text> texts = new ArrayList<>();
        inserts.forEach((source, own) -> {
            // Our own go first: the choice stands before the steps of the function as it is.
            own.addAll(source.steps);
            List<int[]> found = new ArrayList<>();
            texts.add(source.unit(Weaver.apply(source.text, own, found)));
            ranges.put(source.path, found);
        });
        return texts;
    }

    private static String recording(Source.Spot spot, int place) {
        String receiver = spot.isStatic ? "null" : "this";
        String arguments = spot.arguments.isEmpty() ? "" : spot.arguments;
        return "if(thanos_search.Hub.recorder!=null)thanos_search.Hub.record(" + place + "," + receiver
            + ",new Object[]{" + arguments + "});";
    }

    private static List<Weaver.Insert> method(Source.Spot spot, Map<Integer, String> own) {
        List<Weaver.Insert> inserts = new ArrayList<>();
        StringBuilder choice = new StringBuilder("switch(thanos_search.Hub.id){");
        own.forEach((number, body) -> {
            String name = spot.name + "_t_" + number;
            choice.append("case ").append(number).append(spot.isVoid ? ":" : ":return ");
            choice.append(name).append('(').append(spot.arguments).append(spot.isVoid ? ");return;" : ");");
            inserts.add(new Weaver.Insert(spot.to, " " + spot.before + name + spot.behind + body, number));
        });
        inserts.add(new Weaver.Insert(spot.body + 1, choice + "}", -1));
        return inserts;
    }

    private static List<Weaver.Insert> constructor(Source.Spot spot, Map<Integer, String> own) {
        List<Weaver.Insert> inserts = new ArrayList<>();
        own.forEach((number, body) -> {
            String choice = "if(thanos_search.Hub.id==" + number + ")" + body + "else ";
            inserts.add(new Weaver.Insert(spot.open, choice, number));
        });
        inserts.add(new Weaver.Insert(spot.open, "{", -1));
        inserts.add(new Weaver.Insert(spot.to - 1, "}", -1));
        return inserts;
    }

    /** The files of one candidate, as it would stand in them. */
    private List<Compiler.Text> whole(int number) throws IOException {
        Map<Source, List<Source.Edit>> edits = new LinkedHashMap<>();
        request.candidates.get(number).edits.forEach(
            (place, own) -> edits.computeIfAbsent(source(place), s -> new ArrayList<>()).addAll(own));
        List<Compiler.Text> texts = new ArrayList<>();
        for (Map.Entry<Source, List<Source.Edit>> entry : edits.entrySet()) {
            Source source = entry.getKey();
            texts.add(source.unit(source.edited(entry.getValue(), 0, source.bytes.length)));
        }
        Compiler.Parsed parsed = compiler.parse(texts);
        List<Compiler.Text> counted = new ArrayList<>();
        for (Compiler.Text text : texts) {
            CompilationUnitTree unit = parsed.units.get(text);
            counted.add(unit == null || !parsed.faults.isEmpty() ? text : new Compiler.Text(text.name,
                text.name.substring(text.name.lastIndexOf('/') + 1),
                Weaver.apply(text.content, Weaver.steps(unit, parsed.positions), null)));
        }
        return counted;
    }

    /** These candidates in functions that tell what they are called with; `null` where that cannot be. */
    Map<String, byte[]> recording(Collection<Integer> numbers) throws IOException {
        Map<Integer, Map<Integer, String>> copies = new TreeMap<>();
        for (int number : numbers) {
            Map<Integer, String> own = copies(number);
            if (own != null) {
                copies.put(number, own);
            }
        }
        Compiler.Made made = compiler.compile(texts(woven(copies), new HashMap<>(), true));
        return made.faults.isEmpty() ? made.classes : null;
    }

    /** Whether calls with recorded arguments show what a candidate does: those hold objects that are made already. */
    boolean isSeenInCalls(int number) {
        Map<Integer, String> own = copies(number);
        return own != null && own.keySet().stream().noneMatch(place -> spots.get(place).isConstructor);
    }
}
