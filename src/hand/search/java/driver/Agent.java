package thanos_search;

import java.io.File;
import java.lang.instrument.Instrumentation;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardCopyOption;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/**
 * Rides along in every virtual machine that the failing command starts. Those that load classes from folders run the
 * repository's own code: what they were started with is written down (a "realm"), so that its tests can be run the
 * same way again.
 */
public final class Agent {
    /** Properties that a machine sets itself. */
    private static final String[] OWN = {
        "java.", "sun.", "jdk.", "os.", "user.", "file.", "path.", "line.", "awt.", "native.", "stdout.", "stderr.",
        "surefire.real",
    };

    private Agent() {}

    public static void premain(String argument, Instrumentation instrumentation) {
        int at = argument.lastIndexOf(',');
        Path place = Paths.get(argument.substring(0, at));
        long limit = Long.parseLong(argument.substring(at + 1));
        Thread watch = new Thread(() -> watch(place, limit, instrumentation), "thanos-search");
        watch.setDaemon(true);
        watch.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> write(place, instrumentation)));
    }

    /** Who is killed has written something before; an endless test ends with its machine. */
    private static void watch(Path place, long limit, Instrumentation instrumentation) {
        long began = System.nanoTime();
        try {
            while (true) {
                Thread.sleep(700);
                if (write(place, instrumentation) && (System.nanoTime() - began) / 1_000_000_000L >= limit) {
                    Runtime.getRuntime().halt(97);
                }
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether there was anything of the repository's to tell. */
    private static synchronized boolean write(Path place, Instrumentation instrumentation) {
        try {
            Set<String> classes = new TreeSet<>();
            Set<String> jars = new TreeSet<>();
            Set<ClassLoader> loaders = new LinkedHashSet<>();
            for (Class<?> type : instrumentation.getAllLoadedClasses()) {
                Path from = type.isArray() ? null : source(type);
                if (from == null) {
                    continue;
                }
                if (Files.isDirectory(from)) {
                    if (Files.isRegularFile(from.resolve(type.getName().replace('.', '/') + ".class"))) {
                        classes.add(type.getName());
                        loaders.add(type.getClassLoader());
                    }
                } else if (Files.isRegularFile(from)) {
                    jars.add(from.toString());
                }
            }
            if (classes.isEmpty()) {
                return false;
            }
            Set<String> path = new LinkedHashSet<>();
            for (String key : new String[] {"java.class.path", "jdk.module.path"}) {
                for (String entry : System.getProperty(key, "").split(File.pathSeparator)) {
                    expand(entry, path);
                }
            }
            for (ClassLoader loader : loaders) {
                if (loader instanceof URLClassLoader) {
                    for (URL url : ((URLClassLoader) loader).getURLs()) {
                        expand(Paths.get(url.toURI()).toString(), path);
                    }
                }
            }
            // Frameworks that a runner brings along by a loader of its own.
            path.addAll(jars);
            path.removeIf(entry -> entry.startsWith(place.toString()));
            tell(place, path, classes);
            return true;
        } catch (Throwable unknown) {
            return false;
        }
    }

    private static Path source(Class<?> type) {
        try {
            CodeSource source = type.getProtectionDomain().getCodeSource();
            URL url = source == null ? null : source.getLocation();
            return url == null || !"file".equals(url.getProtocol()) ? null : Paths.get(url.toURI());
        } catch (Exception unknown) {
            return null;
        }
    }

    /** A jar may be nothing but a list of others. */
    private static void expand(String entry, Set<String> path) {
        File file = new File(entry.isEmpty() ? "." : entry).getAbsoluteFile();
        if (entry.isEmpty() || !file.exists() || !path.add(file.toPath().normalize().toString()) || file.isDirectory()) {
            return;
        }
        try (JarFile jar = new JarFile(file)) {
            String more = jar.getManifest() == null
                ? null : jar.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            for (String part : more == null ? new String[0] : more.trim().split("\\s+")) {
                if (!part.isEmpty()) {
                    expand(Paths.get(file.toURI().resolve(part)).toString(), path);
                }
            }
        } catch (Exception unreadable) {
            path.remove(file.toPath().normalize().toString());
        }
    }

    private static void tell(Path place, Set<String> path, Set<String> classes) throws Exception {
        List<String> lines = new ArrayList<>();
        lines.add("home\t" + System.getProperty("java.home"));
        lines.add("cwd\t" + System.getProperty("user.dir"));
        lines.add("command\t" + System.getProperty("sun.java.command", "").replace('\n', ' '));
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            lines.add("option\t" + option.replace('\n', ' '));
        }
        for (String name : new TreeSet<>(System.getProperties().stringPropertyNames())) {
            boolean own = false;
            for (String start : OWN) {
                own |= name.startsWith(start);
            }
            if (!own) {
                String value = System.getProperty(name, "");
                lines.add("property\t" + name + "\t" + URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        }
        path.forEach(entry -> lines.add("path\t" + entry));
        classes.forEach(name -> lines.add("class\t" + name));
        String name = "realm." + ProcessHandle.current().pid();
        Path fresh = place.resolve(name + ".new");
        Files.write(fresh, lines, StandardCharsets.UTF_8);
        Files.move(fresh, place.resolve(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
