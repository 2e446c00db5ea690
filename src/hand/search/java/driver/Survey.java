package thanos_search;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** The probe: what the failing command ran is kept, and each of its tests is run by itself. */
final class Survey {
    /** What is kept from one run to the next travels with the answer. */
    private static final int MOST = 4 << 20;
    private static final int RESTARTS = 40;

    private final Path place;
    private final Request request;
    private final List<Object> tests = new ArrayList<>();
    private final Map<String, Object> steps = new LinkedHashMap<>();
    private final Map<String, Object> owners = new LinkedHashMap<>();
    private final Set<String> harness = new LinkedHashSet<>();
    private final Set<String> mains = new LinkedHashSet<>();
    private int skipped;

    Survey(Path place, Request request) {
        this.place = place;
        this.request = request;
    }

    String answer() throws Exception {
        List<Realm> realms = Chief.realms(place);
        if (realms.isEmpty()) {
            System.err.println("the command runs no Java classes from folders");
            return null;
        }
        for (int i = 0; i < realms.size(); i++) {
            Path kept = place.resolve("kept" + i);
            keep(realms.get(i), kept);
            realms.get(i).write(place.resolve("realm"));
            probe(realms.get(i));
            if (hasFailing()) {
                return told(kept);
            }
        }
        System.err.println("no test fails when it is run by itself");
        return null;
    }

    private boolean hasFailing() {
        return tests.stream().anyMatch(test -> !"P".equals(Request.map(test).get("result")));
    }

    private String told(Path kept) throws IOException {
        Map<String, Object> memory = new LinkedHashMap<>();
        memory.put("steps", steps);
        memory.put("owner", owners);
        Map<String, Object> answer = new LinkedHashMap<>();
        byte[] packed = packed(kept);
        answer.put("packed", packed.length > MOST ? "" : Base64.getEncoder().encodeToString(packed));
        answer.put("tests", tests);
        answer.put("skipped", skipped);
        answer.put("harness", harness);
        answer.put("mains", mains);
        answer.put("memory", memory);
        return Json.write(answer);
    }

    private void probe(Realm realm) throws Exception {
        tests.clear();
        int started = 0;
        for (int i = 0; i < RESTARTS; i++) {
            Chief.Hand hand = new Chief.Hand(place, realm);
            hand.tell("probe\t" + started);
            boolean over = false;
            for (String[] words = hand.hear(60); words != null && !over; words = over ? words : hand.hear(60)) {
                started += words[0].equals("test") || words[0].equals("skipped") ? 1 : 0;
                over = words[0].equals("end") || words[0].equals("broken");
                take(words);
            }
            hand.end();
            if (over) {
                return;
            }
        }
    }

    private void take(String[] words) {
        if (words[0].equals("harness")) {
            harness.add(words[1]);
        } else if (words[0].equals("main")) {
            mains.add(words[1]);
        } else if (words[0].equals("skipped")) {
            skipped++;
        } else if (words[0].equals("broken") || words[0].equals("note")) {
            System.err.println(words[1]);
        } else if (words[0].equals("test")) {
            Map<String, Object> test = Request.map(Json.read(words[1]));
            String name = (String) test.get("name");
            steps.put(name, test.remove("steps"));
            owners.put(name, test.remove("owner"));
            if (!"S".equals(test.get("result"))) {
                tests.add(test);
            }
        }
    }

    // Keeping --------------------------------------------------------------------------------------------------------

    /** Copies what the command compiled: the tree is put back when it has ended. */
    private static void keep(Realm realm, Path into) throws IOException {
        List<Path> folders = realm.folders();
        for (int i = 0; i < folders.size(); i++) {
            Path from = folders.get(i);
            Path to = Files.createDirectories(into.resolve("" + i));
            copy(from, to, !isOutput(from));
            realm.before.add(from.toString());
        }
        Set<String> path = new LinkedHashSet<>();
        for (String entry : realm.path) {
            int at = folders.indexOf(java.nio.file.Paths.get(entry));
            path.add(at < 0 ? entry : into.resolve("" + at).toString());
        }
        realm.path.clear();
        realm.path.addAll(path);
    }

    /** A folder with sources in it holds more than what was made. */
    private static boolean isOutput(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.noneMatch(file -> file.toString().endsWith(".java") || file.endsWith(".git")
                || file.endsWith("src") || file.endsWith("node_modules") || file.endsWith("pom.xml"));
        }
    }

    private static void copy(Path from, Path to, boolean classesAlone) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<Path>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes known) {
                String name = folder.getFileName() == null ? "" : folder.getFileName().toString();
                boolean foreign = classesAlone && !folder.equals(from) && (name.startsWith(".") || name.equals("node_modules"));
                return foreign ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes known) throws IOException {
                if (known.isRegularFile() && (!classesAlone || file.toString().endsWith(".class"))) {
                    Path copy = to.resolve(from.relativize(file).toString());
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException why) {
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** The driver, the realm and what it runs, as one archive. */
    private byte[] packed(Path kept) throws IOException {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes); ZipFile driver = new ZipFile(place.resolve("driver.jar").toFile())) {
            for (Enumeration<? extends ZipEntry> all = driver.entries(); all.hasMoreElements();) {
                ZipEntry entry = all.nextElement();
                if (!entry.isDirectory()) {
                    out.putNextEntry(new ZipEntry(entry.getName()));
                    driver.getInputStream(entry).transferTo(out);
                }
            }
            out.putNextEntry(new ZipEntry("kept/realm"));
            Files.copy(place.resolve("realm"), out);
            out.putNextEntry(new ZipEntry("kept/from"));
            out.write(kept.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            try (Stream<Path> all = Files.walk(kept)) {
                for (Path file : (Iterable<Path>) all.sorted()::iterator) {
                    if (Files.isRegularFile(file)) {
                        out.putNextEntry(new ZipEntry("kept/files/" + kept.relativize(file)));
                        Files.copy(file, out);
                    }
                }
            }
        }
        return bytes.toByteArray();
    }

    /** Puts what an earlier run kept where this one finds it. */
    static Realm unpacked(Path place) throws IOException {
        Path to = place.resolve("kept");
        String before = "";
        try (ZipFile driver = new ZipFile(place.resolve("driver.jar").toFile())) {
            for (Enumeration<? extends ZipEntry> all = driver.entries(); all.hasMoreElements();) {
                ZipEntry entry = all.nextElement();
                String name = entry.getName();
                if (!name.startsWith("kept/") || name.contains("..")) {
                    continue;
                }
                try (InputStream in = driver.getInputStream(entry)) {
                    if (name.equals("kept/from")) {
                        before = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
                        continue;
                    }
                    Path file = name.equals("kept/realm")
                        ? place.resolve("realm.old") : to.resolve(name.substring("kept/files/".length()));
                    Files.createDirectories(file.getParent());
                    try (OutputStream out = Files.newOutputStream(file)) {
                        in.transferTo(out);
                    }
                }
            }
        }
        Realm realm = Realm.read(place.resolve("realm.old"));
        List<String> path = new ArrayList<>();
        for (String entry : realm.path) {
            path.add(entry.startsWith(before + "/") ? to + entry.substring(before.length()) : entry);
        }
        path.forEach(entry -> new java.io.File(entry.startsWith(to.toString()) ? entry : to.toString()).mkdirs());
        realm.path.clear();
        realm.path.addAll(path);
        realm.write(place.resolve("realm"));
        return realm;
    }
}
