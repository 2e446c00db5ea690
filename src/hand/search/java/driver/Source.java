package thanos_search;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.PrimitiveTypeTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import javax.lang.model.type.TypeKind;

/** A source file: its text, and the functions in it that may be changed. */
final class Source {
    /** A function in terms of its text. */
    static final class Spot {
        int from;
        int body;
        int to;
        /** What a copy of it is declared with, before and behind its name. */
        String before;
        String behind;
        String name;
        String arguments;
        boolean isVoid;
        boolean isStatic;
        boolean isConstructor;
        /** Behind `super(…)`, else behind the brace. */
        int open;
    }

    final String path;
    final byte[] bytes;
    final Charset charset;
    final String text;
    final List<Weaver.Insert> steps = new ArrayList<>();
    /** By the byte at which the body begins. */
    final Map<Integer, Spot> spots = new HashMap<>();

    Source(Path root, String path) throws IOException {
        this.path = path;
        bytes = Files.readAllBytes(root.resolve(path));
        Charset found = StandardCharsets.UTF_8;
        try {
            found.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException other) {
            found = StandardCharsets.ISO_8859_1;
        }
        charset = found;
        text = decoded(bytes);
    }

    String decoded(byte[] part) {
        String made = new String(part, charset);
        return made.startsWith("\ufeff") ? " " + made.substring(1) : made;
    }

    String simple() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    Compiler.Text unit(String content) {
        return new Compiler.Text(path, simple(), content);
    }

    /** The bytes with some of them exchanged. */
    String edited(List<Edit> edits, int from, int to) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        int at = from;
        List<Edit> sorted = new ArrayList<>(edits);
        sorted.sort((a, b) -> Integer.compare(a.from, b.from));
        for (Edit edit : sorted) {
            out.write(bytes, at, edit.from - at);
            byte[] fresh = edit.text.getBytes(charset);
            out.write(fresh, 0, fresh.length);
            at = edit.to;
        }
        out.write(bytes, at, to - at);
        return decoded(out.toByteArray());
    }

    void read(CompilationUnitTree unit, SourcePositions positions) {
        steps.addAll(Weaver.steps(unit, positions));
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitMethod(MethodTree method, Void none) {
                Spot spot = method.getBody() == null ? null : spot(method, unit, positions);
                if (spot != null) {
                    // Whoever asks counts in bytes, and a mark of the encoding is three of them.
                    int mark = bytes.length > 2 && bytes[0] == (byte) 0xef && bytes[1] == (byte) 0xbb ? 2 : 0;
                    spots.put(mark + text.substring(0, spot.body).getBytes(charset).length, spot);
                }
                return super.visitMethod(method, none);
            }
        }.scan(unit, null);
    }

    private Spot spot(MethodTree method, CompilationUnitTree unit, SourcePositions positions) {
        Spot spot = new Spot();
        spot.from = (int) positions.getStartPosition(unit, method);
        spot.body = (int) positions.getStartPosition(unit, method.getBody());
        spot.to = (int) positions.getEndPosition(unit, method);
        if (spot.from < 0 || spot.body < 0 || spot.to < 0) {
            return null;
        }
        spot.name = method.getName().toString();
        spot.open = spot.body + 1;
        spot.isConstructor = method.getReturnType() == null;
        spot.isStatic = method.getModifiers().getFlags().contains(Modifier.STATIC);
        List<? extends StatementTree> all = method.getBody().getStatements();
        if (spot.isConstructor) {
            for (StatementTree one : all.subList(0, Math.min(1, all.size()))) {
                int end = (int) positions.getEndPosition(unit, one);
                int start = (int) positions.getStartPosition(unit, one);
                spot.open = Weaver.isOther(one) && start > spot.body ? end : spot.open;
            }
            return spot;
        }
        Tree type = method.getReturnType();
        spot.isVoid = type instanceof PrimitiveTypeTree
            && ((PrimitiveTypeTree) type).getPrimitiveTypeKind() == TypeKind.VOID;
        int marks = (int) positions.getEndPosition(unit, method.getModifiers());
        int behindType = (int) positions.getEndPosition(unit, type);
        Matcher named = Pattern.compile("\\b" + Pattern.quote(spot.name) + "\\b").matcher(text);
        if (behindType < 0 || !named.find(behindType) || named.end() > spot.body) {
            return null;
        }
        StringBuilder before = new StringBuilder();
        method.getModifiers().getFlags().forEach(flag -> before.append(flag).append(' '));
        before.append(text, marks < 0 ? spot.from : marks, named.start());
        spot.before = before.toString();
        spot.behind = text.substring(named.end(), spot.body);
        List<String> names = new ArrayList<>();
        for (VariableTree one : method.getParameters()) {
            names.add(one.getName().toString());
        }
        spot.arguments = String.join(", ", names);
        return spot;
    }

    static final class Edit {
        final int from;
        final int to;
        final String text;

        Edit(int from, int to, String text) {
            this.from = from;
            this.to = to;
            this.text = text;
        }
    }
}
