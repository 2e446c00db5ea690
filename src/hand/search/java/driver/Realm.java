package thanos_search;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How the failing command runs the repository's code. */
final class Realm {
    String home = "";
    String cwd = "";
    final Set<String> commands = new LinkedHashSet<>();
    final List<String> options = new ArrayList<>();
    final Map<String, String> properties = new LinkedHashMap<>();
    final Set<String> path = new LinkedHashSet<>();
    final Set<String> classes = new LinkedHashSet<>();
    /** Where the folders of the class path were, for what is read from them at run time. */
    final Set<String> before = new LinkedHashSet<>();

    static Realm read(Path file) throws IOException {
        Realm realm = new Realm();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            String[] words = line.split("\t", 3);
            switch (words[0]) {
                case "home":
                    realm.home = words[1];
                    break;
                case "cwd":
                    realm.cwd = words[1];
                    break;
                case "command":
                    realm.commands.add(words[1]);
                    break;
                case "option":
                    realm.options.add(words[1]);
                    break;
                case "property":
                    realm.properties.put(words[1], URLDecoder.decode(words[2], StandardCharsets.UTF_8));
                    break;
                case "path":
                    realm.path.add(words[1]);
                    break;
                case "before":
                    realm.before.add(words[1]);
                    break;
                default:
                    realm.classes.add(words[1]);
            }
        }
        return realm;
    }

    /** Several machines for one thing: a runner may start one for each class of tests. */
    boolean takes(Realm other) {
        if (!cwd.equals(other.cwd) || !folders().equals(other.folders())) {
            return false;
        }
        commands.addAll(other.commands);
        path.addAll(other.path);
        classes.addAll(other.classes);
        return true;
    }

    List<Path> folders() {
        List<Path> found = new ArrayList<>();
        for (String entry : path) {
            if (Files.isDirectory(Paths.get(entry))) {
                found.add(Paths.get(entry));
            }
        }
        return found;
    }

    List<Path> jars() {
        List<Path> found = new ArrayList<>();
        for (String entry : path) {
            if (Files.isRegularFile(Paths.get(entry))) {
                found.add(Paths.get(entry));
            }
        }
        return found;
    }

    /** The main class and its arguments, where it is the repository's own. */
    List<List<String>> mains() {
        List<List<String>> found = new ArrayList<>();
        for (String command : commands) {
            List<String> words = Arrays.asList(command.trim().split("\\s+"));
            if (classes.contains(words.get(0))) {
                found.add(words);
            }
        }
        return found;
    }

    boolean asserts() {
        boolean asked = false;
        for (String option : options) {
            asked |= option.equals("-ea") || option.startsWith("-ea:") || option.startsWith("-enableassertions");
        }
        // Test runners switch assertions on in their own way.
        return asked || mains().isEmpty();
    }

    void write(Path file) throws IOException {
        List<String> lines = new ArrayList<>(Arrays.asList("home\t" + home, "cwd\t" + cwd));
        commands.forEach(command -> lines.add("command\t" + command));
        options.forEach(option -> lines.add("option\t" + option));
        properties.forEach((name, value) ->
            lines.add("property\t" + name + "\t" + java.net.URLEncoder.encode(value, StandardCharsets.UTF_8)));
        path.forEach(entry -> lines.add("path\t" + entry));
        before.forEach(entry -> lines.add("before\t" + entry));
        classes.forEach(name -> lines.add("class\t" + name));
        Files.write(file, lines, StandardCharsets.UTF_8);
    }
}
