package thanos_search;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.Trees;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** The machine's own compiler, from memory to memory. */
final class Compiler {
    /** A text that is to be compiled, by a name of our own. */
    static final class Text extends SimpleJavaFileObject {
        final String name;
        final String content;

        /** `simple` is the name of the file without its folders. */
        Text(String name, String simple, String content) {
            super(uri(name, simple), Kind.SOURCE);
            this.name = name;
            this.content = content;
        }

        private static URI uri(String name, String simple) {
            try {
                return new URI("memory", null, "/" + URLEncoder.encode(name, StandardCharsets.UTF_8) + "/" + simple, null);
            } catch (URISyntaxException odd) {
                throw new IllegalArgumentException(odd);
            }
        }

        @Override
        public CharSequence getCharContent(boolean ignore) {
            return content;
        }

        @Override
        public boolean isNameCompatible(String simple, Kind kind) {
            return kind == Kind.SOURCE;
        }
    }

    static final class Fault {
        final String name;
        final long at;
        final String message;

        Fault(String name, long at, String message) {
            this.name = name;
            this.at = at;
            this.message = message;
        }
    }

    static final class Made {
        final Map<String, byte[]> classes = new HashMap<>();
        final List<Fault> faults = new ArrayList<>();
    }

    static final class Parsed {
        final Map<Text, CompilationUnitTree> units = new LinkedHashMap<>();
        final List<Fault> faults = new ArrayList<>();
        SourcePositions positions;
    }

    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    private final StandardJavaFileManager files;
    private final List<String> options = new ArrayList<>();
    boolean processors;

    static boolean exists() {
        return ToolProvider.getSystemJavaCompiler() != null;
    }

    Compiler(List<Path> classPath, Path empty, int level) throws IOException {
        files = compiler.getStandardFileManager(null, null, null);
        List<File> path = new ArrayList<>();
        classPath.forEach(entry -> path.add(entry.toFile()));
        files.setLocation(StandardLocation.CLASS_PATH, path);
        // Else sources that lie beside classes would be read again.
        files.setLocation(StandardLocation.SOURCE_PATH, List.of(empty.toFile()));
        options.addAll(List.of("-nowarn", "-Xlint:none", "-implicit:none", "-g:none", "-Xmaxerrs", "1000000"));
        // What cannot be typed and what does not flow is told in one go.
        options.add("-XDshould-stop.ifError=FLOW");
        int own = Runtime.version().feature();
        if (level >= 7 && level < own) {
            options.addAll(List.of("-source", "" + level, "-target", "" + level));
        }
    }

    private List<String> options() {
        List<String> all = new ArrayList<>(options);
        if (!processors) {
            all.add("-proc:none");
        }
        return all;
    }

    /** Trees alone; nobody is asked what names mean. */
    Parsed parse(List<Text> texts) throws IOException {
        Parsed parsed = new Parsed();
        if (texts.isEmpty()) {
            return parsed;
        }
        DiagnosticCollector<JavaFileObject> told = new DiagnosticCollector<>();
        JavacTask task = (JavacTask) compiler.getTask(Writer.nullWriter(), files, told, options(), null, texts);
        // The compiler hands out wrappers of what it was given.
        Map<URI, Text> known = new HashMap<>();
        texts.forEach(text -> known.put(text.toUri(), text));
        for (CompilationUnitTree unit : task.parse()) {
            parsed.units.put(known.get(unit.getSourceFile().toUri()), unit);
        }
        parsed.positions = Trees.instance(task).getSourcePositions();
        parsed.faults.addAll(faults(told, texts));
        return parsed;
    }

    Made compile(List<Text> texts) {
        Made made = new Made();
        if (texts.isEmpty()) {
            return made;
        }
        DiagnosticCollector<JavaFileObject> told = new DiagnosticCollector<>();
        boolean done;
        try {
            done = compiler.getTask(Writer.nullWriter(), new Memory(files, made), told, options(), null, texts).call();
        } catch (RuntimeException | StackOverflowError broken) {
            done = false;
        }
        made.faults.addAll(faults(told, texts));
        if (!done && made.faults.isEmpty()) {
            made.faults.add(new Fault("", -1, "the compiler broke"));
        }
        return made;
    }

    private static List<Fault> faults(DiagnosticCollector<JavaFileObject> told, List<Text> texts) {
        Map<URI, String> known = new HashMap<>();
        texts.forEach(text -> known.put(text.toUri(), text.name));
        List<Fault> faults = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> one : told.getDiagnostics()) {
            if (one.getKind() == Diagnostic.Kind.ERROR) {
                String name = one.getSource() == null ? "" : known.getOrDefault(one.getSource().toUri(), "");
                faults.add(new Fault(name, one.getPosition(), one.getMessage(null)));
                if (System.getenv("THANOS_SEARCH_DEBUG") != null) {
                    System.err.println(name + " " + one);
                }
            }
        }
        return faults;
    }

    private static final class Memory extends ForwardingJavaFileManager<JavaFileManager> {
        private final Made made;

        Memory(JavaFileManager under, Made made) {
            super(under);
            this.made = made;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(Location to, String name, JavaFileObject.Kind kind, FileObject from) {
            return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return new ByteArrayOutputStream() {
                        @Override
                        public void close() {
                            made.classes.put(name, Loader.withoutExit(toByteArray()));
                        }
                    };
                }
            };
        }

        @Override
        public boolean isSameFile(FileObject one, FileObject other) {
            return one == other;
        }
    }
}
