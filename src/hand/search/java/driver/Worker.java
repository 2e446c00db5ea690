package thanos_search;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;

/** One machine that runs tests: it is told what to do line by line, and answers in lines. */
public final class Worker {
    final PrintStream out;
    final Realm realm;
    final Request request;
    final Loader.Shelf shelf;
    final ClassLoader jars;
    final Compiler compiler;
    final Clock clock = new Clock();

    private Worker(Path place, PrintStream out) throws Exception {
        this.out = out;
        realm = Realm.read(place.resolve("realm"));
        request = new Request(place);
        realm.properties.forEach(System::setProperty);
        List<Path> before = new ArrayList<>();
        realm.before.forEach(folder -> before.add(Paths.get(folder)));
        shelf = new Loader.Shelf(realm.folders(), before);
        List<URL> urls = new ArrayList<>();
        for (Path jar : realm.jars()) {
            urls.add(jar.toUri().toURL());
        }
        jars = new URLClassLoader(urls.toArray(new URL[0]), Worker.class.getClassLoader());
        List<Path> path = new ArrayList<>(realm.folders());
        path.addAll(realm.jars());
        path.add(place.resolve("driver.jar"));
        compiler = new Compiler(path, Files.createDirectories(place.resolve("empty")), level());
    }

    /** The version of the language that the repository's classes were made for. */
    private int level() throws Exception {
        for (Path file : shelf.places.values()) {
            byte[] head = Files.readAllBytes(file);
            return (head[7] & 0xff) - 44;
        }
        return 0;
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.setIn(new ByteArrayInputStream(new byte[0]));
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        if (System.getenv("THANOS_SEARCH_DEBUG") == null) {
            System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        }
        // Tests expect the stack of a main thread; the compiler wants more for long chains of choices.
        Thread work = new Thread(null, () -> {
            try {
                new Worker(Paths.get(arguments[0]), out).serve(in);
            } catch (Throwable broken) {
                out.println("broken\t" + broken);
                broken.printStackTrace();
            }
            Runtime.getRuntime().halt(0);
        }, "main");
        work.start();
    }

    private void serve(BufferedReader in) throws Exception {
        Judgment judgment = null;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split("\t", -1);
            Thread.currentThread().setContextClassLoader(jars);
            if (words[0].equals("probe")) {
                new Probe(this).run(Integer.parseInt(words[1]));
            } else {
                judgment = judgment == null ? new Judgment(this) : judgment;
                List<Integer> numbers = new ArrayList<>();
                for (String number : words[2].split(",")) {
                    numbers.add(Integer.parseInt(number));
                }
                if (words[0].equals("judge") || words[0].equals("confirm")) {
                    judgment.judge(numbers, Integer.parseInt(words[1]), words[0].equals("confirm"));
                } else {
                    Behaviour.compare(this, judgment, numbers);
                }
            }
            out.println("end");
        }
    }
}
