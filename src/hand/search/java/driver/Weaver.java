package thanos_search;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.CaseTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.DoWhileLoopTree;
import com.sun.source.tree.EnhancedForLoopTree;
import com.sun.source.tree.ExpressionStatementTree;
import com.sun.source.tree.ForLoopTree;
import com.sun.source.tree.IfTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.WhileLoopTree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Puts calls of the hub into a text: a step counted in every loop and method, and where wanted every line told. */
final class Weaver extends TreeScanner<Void, Void> {
    static final String TICK = "thanos_search.Hub.tick();";

    /** Text that goes in before a character; `owner` is the candidate that it is part of. */
    static final class Insert {
        final int at;
        final String text;
        final int owner;

        Insert(int at, String text, int owner) {
            this.at = at;
            this.text = text;
            this.owner = owner;
        }
    }

    /** Numbers the lines of all files. */
    static final class Lines {
        final List<String> files = new ArrayList<>();
        final List<Long> lines = new ArrayList<>();
    }

    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final String file;
    private final String text;
    private final Lines lines;
    private final List<Insert> inserts = new ArrayList<>();

    private Weaver(CompilationUnitTree unit, SourcePositions positions, String file, String text, Lines lines) {
        this.unit = unit;
        this.positions = positions;
        this.file = file;
        this.text = text;
        this.lines = lines;
    }

    static List<Insert> steps(CompilationUnitTree unit, SourcePositions positions) {
        return lines(unit, positions, null, null, null);
    }

    static List<Insert> lines(
            CompilationUnitTree unit, SourcePositions positions, String file, String text, Lines lines) {
        Weaver weaver = new Weaver(unit, positions, file, text, lines);
        weaver.scan(unit, null);
        return weaver.inserts;
    }

    /** The text with everything in; what stands for candidates is noted as {from, to, owner}. */
    static String apply(String text, List<Insert> inserts, List<int[]> ranges) {
        List<Insert> sorted = new ArrayList<>(inserts);
        sorted.sort(Comparator.comparingInt(insert -> insert.at));
        StringBuilder out = new StringBuilder(text.length() * 2);
        int done = 0;
        for (Insert insert : sorted) {
            out.append(text, done, insert.at);
            done = insert.at;
            int from = out.length();
            out.append(insert.text);
            if (insert.owner >= 0 && ranges != null) {
                ranges.add(new int[] {from, out.length(), insert.owner});
            }
        }
        return out.append(text, done, text.length()).toString();
    }

    int start(Tree tree) {
        return (int) positions.getStartPosition(unit, tree);
    }

    int end(Tree tree) {
        return (int) positions.getEndPosition(unit, tree);
    }

    private void insert(int at, String text) {
        if (at >= 0) {
            inserts.add(new Insert(at, text, -1));
        }
    }

    private String hit(Tree tree) {
        int at = start(tree);
        if (lines == null || at < 0) {
            return "";
        }
        lines.files.add(file);
        lines.lines.add(1 + text.substring(0, at).chars().filter(c -> c == '\n').count());
        return "thanos_search.Hub.hit(" + (lines.lines.size() - 1) + ");";
    }

    private void statements(List<? extends StatementTree> all) {
        for (StatementTree one : all) {
            if (lines != null && !isOther(one)) {
                insert(start(one), hit(one));
            }
            scan(one, null);
        }
    }

    /** `this(…)` and `super(…)` stand first. */
    static boolean isOther(StatementTree statement) {
        if (!(statement instanceof ExpressionStatementTree)) {
            return false;
        }
        Tree call = ((ExpressionStatementTree) statement).getExpression();
        if (!(call instanceof MethodInvocationTree)) {
            return false;
        }
        String name = ((MethodInvocationTree) call).getMethodSelect().toString();
        return name.equals("this") || name.equals("super") || name.endsWith(".super");
    }

    @Override
    public Void visitBlock(BlockTree block, Void none) {
        statements(block.getStatements());
        return null;
    }

    @Override
    public Void visitCase(CaseTree branch, Void none) {
        if (branch.getStatements() != null) {
            statements(branch.getStatements());
            return null;
        }
        return super.visitCase(branch, none);
    }

    @Override
    public Void visitMethod(MethodTree method, Void none) {
        boolean plain = method.getReturnType() != null;
        if (method.getBody() != null && plain) {
            insert(start(method.getBody()) + 1, hit(method) + TICK);
        }
        return scan(method.getBody(), none);
    }

    @Override
    public Void visitLambdaExpression(LambdaExpressionTree lambda, Void none) {
        if (lambda.getBody() instanceof BlockTree) {
            insert(start(lambda.getBody()) + 1, TICK);
        }
        return scan(lambda.getBody(), none);
    }

    @Override
    public Void visitWhileLoop(WhileLoopTree loop, Void none) {
        scan(loop.getCondition(), none);
        return body(loop.getStatement(), TICK);
    }

    @Override
    public Void visitDoWhileLoop(DoWhileLoopTree loop, Void none) {
        body(loop.getStatement(), TICK);
        return scan(loop.getCondition(), none);
    }

    @Override
    public Void visitForLoop(ForLoopTree loop, Void none) {
        scan(loop.getInitializer(), none);
        scan(loop.getCondition(), none);
        scan(loop.getUpdate(), none);
        return body(loop.getStatement(), TICK);
    }

    @Override
    public Void visitEnhancedForLoop(EnhancedForLoopTree loop, Void none) {
        scan(loop.getExpression(), none);
        return body(loop.getStatement(), TICK);
    }

    @Override
    public Void visitIf(IfTree choice, Void none) {
        scan(choice.getCondition(), none);
        for (StatementTree part : new StatementTree[] {choice.getThenStatement(), choice.getElseStatement()}) {
            if (part != null && lines != null) {
                body(part, "");
            } else {
                scan(part, none);
            }
        }
        return null;
    }

    /** A statement that depends on another one gets braces, where it has none. */
    private Void body(StatementTree statement, String first) {
        if (statement instanceof BlockTree) {
            insert(start(statement) + 1, first);
            scan(statement, null);
        } else if (start(statement) >= 0 && end(statement) >= 0) {
            insert(start(statement), "{" + first + hit(statement));
            scan(statement, null);
            insert(end(statement), "}");
        }
        return null;
    }
}
