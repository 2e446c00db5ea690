package thanos_search;

import com.sun.source.tree.CompilationUnitTree;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which tests there are, what each does, and which lines it runs. */
final class Probe {
    private static final double PATIENCE = 5;
    private static final double ENDLESS = 0.5;

    private static final Pattern PACKAGE = Pattern.compile("(?m)^\\s*package\\s+([\\w.]+)\\s*;");

    private final Worker worker;
    private final Weaver.Lines lines = new Weaver.Lines();
    /** Test → the class that it is in. */
    private final Map<String, String> owners = new LinkedHashMap<>();

    Probe(Worker worker) {
        this.worker = worker;
    }

    /** Those before `from` were run already, by a machine that is no more. */
    void run(int from) throws Exception {
        double end = System.nanoTime() / 1e9 + worker.request.budget();
        Set<String> harness = find();
        Map<String, byte[]> woven = woven(harness);
        for (String file : harness) {
            worker.out.println("harness\t" + file);
        }
        List<String> names = new ArrayList<>(owners.keySet());
        names.sort((a, b) -> Boolean.compare(isWanted(b), isWanted(a)));
        boolean endless = false;
        for (int i = from; i < names.size(); i++) {
            String name = names.get(i);
            if (System.nanoTime() / 1e9 > end) {
                worker.out.println("skipped\t" + name);
                continue;
            }
            Tests.Test test = test(woven, name);
            if (test == null) {
                worker.out.println("skipped\t" + name);
                continue;
            }
            Hub.hits = new boolean[lines.lines.size()];
            worker.out.println("at\t" + name);
            long began = System.nanoTime();
            worker.clock.atTheEnd(result -> tell(name, result, (System.nanoTime() - began) / 1e9));
            String result = worker.clock.run(
                test, owners.get(name).isEmpty(), Long.MAX_VALUE, endless ? ENDLESS : isNamed(name) ? 4 * ENDLESS : PATIENCE);
            endless |= result.equals("T");
            tell(name, result, (System.nanoTime() - began) / 1e9);
        }
    }

    private Tests.Test test(Map<String, byte[]> woven, String name) {
        Loader loader = new Loader(worker.jars, worker.shelf, List.of(woven), worker.realm.asserts());
        Thread.currentThread().setContextClassLoader(loader);
        String owner = owners.get(name);
        return Tests.of(loader, owner.isEmpty() ? List.of() : List.of(owner), worker.realm.mains()).get(name);
    }

    private void tell(String name, String result, double seconds) {
        long steps = Long.MAX_VALUE - Hub.left;
        boolean[] hits = Hub.hits;
        Map<String, Set<Long>> found = new TreeMap<>();
        for (int i = 0; i < hits.length; i++) {
            if (hits[i]) {
                found.computeIfAbsent(lines.files.get(i), file -> new TreeSet<>()).add(lines.lines.get(i));
            }
        }
        Map<String, Object> test = new LinkedHashMap<>();
        test.put("name", name);
        test.put("result", result);
        test.put("seconds", seconds);
        test.put("lines", found);
        // Who was stopped has no number of steps.
        test.put("steps", result.equals("T") || steps < 0 ? 0 : steps);
        test.put("owner", owners.get(name));
        worker.out.println("test\t" + Json.write(test));
    }

    private boolean isNamed(String name) {
        return !worker.request.list("failing").isEmpty() && isWanted(name);
    }

    /** Whether the failing command said that this one fails. */
    private boolean isWanted(String name) {
        String plain = name.split("[\\[(]")[0];
        String method = plain.substring(plain.lastIndexOf('.') + 1);
        for (Object one : worker.request.list("failing")) {
            String failing = (String) one;
            if (failing.contains(method)) {
                return true;
            }
        }
        return false;
    }

    /** Finds the tests; files that hold some are not under suspicion. */
    private Set<String> find() throws Exception {
        Set<String> harness = new LinkedHashSet<>();
        Loader loader = new Loader(worker.jars, worker.shelf, List.of(), false);
        Thread.currentThread().setContextClassLoader(loader);
        Map<String, List<String>> files = byEnd();
        for (String name : worker.realm.classes) {
            Collection<String> found = Tests.of(loader, List.of(name), List.of()).keySet();
            found.forEach(test -> owners.putIfAbsent(test, name));
            String file = found.isEmpty() ? null : file(name, files);
            if (file != null) {
                harness.add(file);
            }
        }
        if (owners.isEmpty()) {
            Tests.of(loader, List.of(), worker.realm.mains()).keySet().forEach(test -> owners.put(test, ""));
            for (List<String> main : worker.realm.mains()) {
                String file = file(main.get(0), files);
                if (file != null) {
                    worker.out.println("main\t" + file);
                }
            }
        }
        return harness;
    }

    /** The sources of the classes that the tests load, telling every line that is run. */
    private Map<String, byte[]> woven(Set<String> harness) throws Exception {
        Map<String, List<String>> files = byEnd();
        Set<String> wanted = new TreeSet<>();
        for (String name : worker.realm.classes) {
            String file = file(name, files);
            if (file != null && !harness.contains(file)) {
                wanted.add(file);
            }
        }
        Map<Compiler.Text, Source> texts = new LinkedHashMap<>();
        for (String path : wanted) {
            Source source = new Source(worker.request.root, path);
            texts.put(source.unit(source.text), source);
        }
        Compiler.Parsed parsed = worker.compiler.parse(new ArrayList<>(texts.keySet()));
        Map<String, Compiler.Text> told = new TreeMap<>();
        for (Map.Entry<Compiler.Text, CompilationUnitTree> unit : parsed.units.entrySet()) {
            Source source = texts.get(unit.getKey());
            List<Weaver.Insert> inserts = Weaver.lines(
                unit.getValue(), parsed.positions, source.path, source.text, lines);
            told.put(source.path, source.unit(Weaver.apply(source.text, inserts, null)));
        }
        return compiled(told);
    }

    private Map<String, byte[]> compiled(Map<String, Compiler.Text> told) {
        for (int round = 0; round < 8 && !told.isEmpty(); round++) {
            Compiler.Made made = worker.compiler.compile(new ArrayList<>(told.values()));
            if (made.faults.isEmpty()) {
                return made.classes;
            }
            if (!worker.compiler.processors) {
                // Some sources are made while others are compiled.
                worker.compiler.processors = true;
                continue;
            }
            Set<String> guilty = new HashSet<>();
            for (Compiler.Fault fault : made.faults) {
                worker.out.println("note\t" + fault.name + ": " + fault.message.replace('\n', ' '));
                guilty.add(fault.name);
            }
            if (!told.keySet().removeAll(guilty)) {
                break;
            }
        }
        return new HashMap<>();
    }

    // Which file a class comes from ----------------------------------------------------------------------------------

    private Map<String, List<String>> byEnd() {
        Map<String, List<String>> files = new HashMap<>();
        for (String file : worker.request.files()) {
            files.computeIfAbsent(file.substring(file.lastIndexOf('/') + 1), name -> new ArrayList<>()).add(file);
        }
        return files;
    }

    private String file(String name, Map<String, List<String>> files) {
        Path place = worker.shelf.places.get(name);
        String simple = place == null ? null : sourceFile(place);
        if (simple == null) {
            return null;
        }
        int dot = name.lastIndexOf('.');
        String end = (dot < 0 ? "" : name.substring(0, dot + 1).replace('.', '/')) + simple;
        String best = null;
        for (String file : files.getOrDefault(simple, List.of())) {
            boolean fits = file.equals(end) || file.endsWith("/" + end) || isIn(file, dot < 0 ? "" : name.substring(0, dot));
            // Of several the one in this module.
            if (fits && (best == null || near(file) > near(best))) {
                best = file;
            }
        }
        return best;
    }

    /** Folders need not be named as packages are. */
    private boolean isIn(String file, String named) {
        try {
            String text = Files.readString(worker.request.root.resolve(file), StandardCharsets.ISO_8859_1);
            Matcher found = PACKAGE.matcher(text);
            return (found.find() ? found.group(1) : "").equals(named);
        } catch (IOException gone) {
            return false;
        }
    }

    private int near(String file) {
        String whole = worker.request.root.resolve(file).toString();
        String cwd = worker.realm.cwd;
        int same = 0;
        while (same < Math.min(whole.length(), cwd.length()) && whole.charAt(same) == cwd.charAt(same)) {
            same++;
        }
        return same;
    }

    /** What a class says about its source. */
    private static String sourceFile(Path place) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(place)))) {
            in.skipBytes(8);
            int count = in.readUnsignedShort();
            String[] words = new String[count];
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                if (tag == 1) {
                    words[i] = in.readUTF();
                } else {
                    in.skipBytes(tag == 5 || tag == 6 ? 8 : tag == 15 ? 3 : tag == 7 || tag == 8 || tag == 16 || tag == 19 || tag == 20 ? 2 : 4);
                    i += tag == 5 || tag == 6 ? 1 : 0;
                }
            }
            in.skipBytes(6);
            in.skipBytes(2 * in.readUnsignedShort());
            for (int kind = 0; kind < 2; kind++) {
                for (int members = in.readUnsignedShort(); members > 0; members--) {
                    in.skipBytes(6);
                    for (int more = in.readUnsignedShort(); more > 0; more--) {
                        in.skipBytes(2);
                        in.skipBytes(in.readInt());
                    }
                }
            }
            for (int more = in.readUnsignedShort(); more > 0; more--) {
                String name = words[in.readUnsignedShort()];
                int length = in.readInt();
                if ("SourceFile".equals(name)) {
                    return words[in.readUnsignedShort()];
                }
                in.skipBytes(length);
            }
        } catch (Exception odd) {
            return null;
        }
        return null;
    }
}
