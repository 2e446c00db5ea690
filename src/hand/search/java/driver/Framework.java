package thanos_search;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;

/** Tests that only their framework can run. It is the repository's own version, so it is spoken to by reflection. */
final class Framework {
    private Framework() {}

    /** A test of JUnit 4 for each leaf that the class's runner describes. */
    static void four(ClassLoader loader, Class<?> type, Map<String, Tests.Test> into) throws Exception {
        Class<?> requests = loader.loadClass("org.junit.runner.Request");
        Object whole = requests.getMethod("aClass", Class.class).invoke(null, type);
        Object runner = requests.getMethod("getRunner").invoke(whole);
        leaves(call(runner, "getDescription"), type, requests, loader, into);
    }

    private static void leaves(
            Object description, Class<?> type, Class<?> requests, ClassLoader loader, Map<String, Tests.Test> into)
            throws Exception {
        List<?> below = (List<?>) call(description, "getChildren");
        for (Object one : below) {
            leaves(one, type, requests, loader, into);
        }
        if (!below.isEmpty() || call(description, "getMethodName") == null) {
            return;
        }
        String name = call(description, "getClassName") + "." + call(description, "getMethodName");
        Class<?> descriptions = loader.loadClass("org.junit.runner.Description");
        into.put(name, () -> {
            Object request = requests.getMethod("aClass", Class.class).invoke(null, type);
            request = requests.getMethod("filterWith", descriptions).invoke(request, description);
            Class<?> core = loader.loadClass("org.junit.runner.JUnitCore");
            Object result = core.getMethod("run", requests).invoke(core.getConstructor().newInstance(), request);
            List<?> failures = (List<?>) call(result, "getFailures");
            if (!failures.isEmpty()) {
                throw (Throwable) call(failures.get(0), "getException");
            }
            if ((int) call(result, "getIgnoreCount") > 0) {
                throw new Skipped();
            }
        });
    }

    /** A method of JUnit's platform with everything that it stands for. */
    static void five(ClassLoader loader, Class<?> type, Method method) throws Throwable {
        String engine = "org.junit.platform.engine.";
        String launcher = "org.junit.platform.launcher.";
        Class<?> selectors = loader.loadClass(engine + "discovery.DiscoverySelectors");
        Object selector = selectors.getMethod("selectMethod", Class.class, Method.class).invoke(null, type, method);
        Class<?> builders = loader.loadClass(launcher + "core.LauncherDiscoveryRequestBuilder");
        Object builder = builders.getMethod("request").invoke(null);
        Object chosen = Array.newInstance(loader.loadClass(engine + "DiscoverySelector"), 1);
        Array.set(chosen, 0, selector);
        builders.getMethod("selectors", chosen.getClass()).invoke(builder, chosen);
        Object request = builders.getMethod("build").invoke(builder);
        Object runner = loader.loadClass(launcher + "core.LauncherFactory").getMethod("create").invoke(null);
        Class<?> summaries = loader.loadClass(launcher + "listeners.SummaryGeneratingListener");
        Object summary = summaries.getConstructor().newInstance();
        Object listeners = Array.newInstance(loader.loadClass(launcher + "TestExecutionListener"), 1);
        Array.set(listeners, 0, summary);
        loader.loadClass(launcher + "Launcher")
            .getMethod("execute", loader.loadClass(launcher + "LauncherDiscoveryRequest"), listeners.getClass())
            .invoke(runner, request, listeners);
        Object told = call(summary, "getSummary");
        List<?> failures = (List<?>) call(told, "getFailures");
        if (!failures.isEmpty()) {
            throw (Throwable) call(failures.get(0), "getException");
        }
        if ((long) call(told, "getTestsSucceededCount") == 0) {
            throw new Skipped();
        }
    }

    /** Interfaces and their hidden classes: any public declaration of the method will do. */
    private static Object call(Object on, String name) throws Exception {
        for (Class<?> type = on.getClass(); type != null; type = type.getSuperclass()) {
            for (Class<?> face : type.getInterfaces()) {
                try {
                    return face.getMethod(name).invoke(on);
                } catch (NoSuchMethodException | IllegalAccessException next) {
                    // Another one declares it.
                }
            }
        }
        Method method = on.getClass().getMethod(name);
        method.setAccessible(true);
        return method.invoke(on);
    }

    /** A test that says nothing. */
    static final class Skipped extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
