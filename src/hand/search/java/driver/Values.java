package thanos_search;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.BaseStream;

/** Values of any kind: copied, shown as text, varied. */
final class Values {
    private static final int LONGEST = 4000;

    private Values() {}

    // Copies ---------------------------------------------------------------------------------------------------------

    static Object copy(Object value) {
        return copy(value, new IdentityHashMap<>());
    }

    private static Object copy(Object value, Map<Object, Object> known) {
        if (value == null || isFixed(value)) {
            return value;
        }
        Object done = known.get(value);
        if (done != null) {
            return done;
        }
        try {
            Class<?> type = value.getClass();
            if (type.isArray()) {
                return array(value, known);
            }
            if (type.getClassLoader() instanceof Loader) {
                return made(value, known);
            }
            return library(value, known);
        } catch (ReflectiveOperationException | RuntimeException odd) {
            return value;
        }
    }

    private static boolean isFixed(Object value) {
        return value instanceof Number && value.getClass().getName().startsWith("java.lang.") || value instanceof String
            || value instanceof Boolean || value instanceof Character || value instanceof Enum || value instanceof Class
            || value instanceof Thread || value instanceof ClassLoader || value.getClass().isSynthetic();
    }

    private static Object array(Object value, Map<Object, Object> known) {
        int length = Array.getLength(value);
        Object copy = Array.newInstance(value.getClass().getComponentType(), length);
        known.put(value, copy);
        if (value.getClass().getComponentType().isPrimitive()) {
            System.arraycopy(value, 0, copy, 0, length);
            return copy;
        }
        for (int i = 0; i < length; i++) {
            Array.set(copy, i, copy(Array.get(value, i), known));
        }
        return copy;
    }

    /** An object of the repository's own, field by field. */
    private static Object made(Object value, Map<Object, Object> known) throws ReflectiveOperationException {
        Class<?> type = value.getClass();
        if (type.getSuperclass() != null && type.getSuperclass().getName().equals("java.lang.Record")) {
            return record(value, known);
        }
        Object copy = empty(type);
        known.put(value, copy);
        for (Class<?> one = type; one != null && one != Object.class; one = one.getSuperclass()) {
            for (Field field : one.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    field.set(copy, copy(field.get(value), known));
                }
            }
        }
        return copy;
    }

    private static Object empty(Class<?> type) throws ReflectiveOperationException {
        Class<?> unsafe = Class.forName("sun.misc.Unsafe");
        Field field = unsafe.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        return unsafe.getMethod("allocateInstance", Class.class).invoke(field.get(null), type);
    }

    private static Object record(Object value, Map<Object, Object> known) throws ReflectiveOperationException {
        List<Class<?>> types = new ArrayList<>();
        List<Object> parts = new ArrayList<>();
        for (Field field : value.getClass().getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                types.add(field.getType());
                parts.add(copy(field.get(value), known));
            }
        }
        Constructor<?> constructor = value.getClass().getDeclaredConstructor(types.toArray(new Class<?>[0]));
        constructor.setAccessible(true);
        return constructor.newInstance(parts.toArray());
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object library(Object value, Map<Object, Object> known) throws ReflectiveOperationException {
        if (value instanceof StringBuilder) {
            return new StringBuilder((StringBuilder) value);
        }
        String name = value.getClass().getName();
        if (name.equals("java.util.Arrays$ArrayList")) {
            return Arrays.asList((Object[]) array(((List<?>) value).toArray(), known));
        }
        if (value instanceof Collection && name.matches(
                "java\\.util\\.(ArrayList|LinkedList|ArrayDeque|Vector|Stack|HashSet|LinkedHashSet|TreeSet|PriorityQueue)")) {
            Collection<Object> copy = value instanceof TreeSet ? new TreeSet<>(((TreeSet) value).comparator())
                : value instanceof PriorityQueue ? new PriorityQueue<>(11, ((PriorityQueue) value).comparator())
                : (Collection<Object>) value.getClass().getConstructor().newInstance();
            known.put(value, copy);
            ((Collection<?>) value).forEach(item -> copy.add(copy(item, known)));
            return copy;
        }
        if (value instanceof Map && name.matches("java\\.util\\.(HashMap|LinkedHashMap|TreeMap|Hashtable)")) {
            Map<Object, Object> copy = value instanceof TreeMap ? new TreeMap<>(((TreeMap) value).comparator())
                : (Map<Object, Object>) value.getClass().getConstructor().newInstance();
            known.put(value, copy);
            ((Map<?, ?>) value).forEach((key, item) -> copy.put(copy(key, known), copy(item, known)));
            return copy;
        }
        boolean holds = value instanceof Collection || value instanceof Map || value instanceof Optional;
        if (value instanceof Serializable && !holds && name.startsWith("java.")) {
            return written(value);
        }
        return value;
    }

    private static Object written(Object value) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            new ObjectOutputStream(bytes).writeObject(value);
            return new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        } catch (Exception odd) {
            return value;
        }
    }

    // Text -----------------------------------------------------------------------------------------------------------

    static String shown(Object value) {
        StringBuilder out = new StringBuilder();
        show(value, out, new IdentityHashMap<>());
        return out.toString();
    }

    private static void show(Object value, StringBuilder out, Map<Object, Integer> known) {
        if (out.length() > LONGEST) {
            return;
        }
        if (value == null || isFixed(value)) {
            out.append(value instanceof Class || value instanceof Thread || value instanceof ClassLoader
                ? value.getClass().getName() : value instanceof String ? "\"" + value + "\"" : String.valueOf(value)).append(' ');
            return;
        }
        Integer number = known.putIfAbsent(value, known.size());
        if (number != null) {
            out.append('#').append(number).append(' ');
            return;
        }
        if (value.getClass().isArray()) {
            out.append('[');
            for (int i = 0; i < Math.min(300, Array.getLength(value)); i++) {
                show(Array.get(value, i), out, known);
            }
            out.append("] ");
        } else if (value.getClass().getClassLoader() instanceof Loader) {
            fields(value, out, known);
        } else {
            others(value, out, known);
        }
    }

    private static void others(Object value, StringBuilder out, Map<Object, Integer> known) {
        if (value instanceof Map) {
            List<String> parts = new ArrayList<>();
            ((Map<?, ?>) value).forEach((key, item) -> parts.add(shown(key, known) + "=" + shown(item, known)));
            listed(parts, value instanceof SortedMap || value instanceof LinkedHashMap, out);
        } else if (value instanceof Collection) {
            List<String> parts = new ArrayList<>();
            ((Collection<?>) value).forEach(item -> parts.add(shown(item, known)));
            boolean ordered = !(value instanceof Set) || value instanceof SortedSet || value instanceof LinkedHashSet;
            listed(parts, ordered, out);
        } else if (value instanceof Iterator || value instanceof BaseStream) {
            Iterator<?> all = value instanceof Iterator ? (Iterator<?>) value : ((BaseStream<?, ?>) value).iterator();
            for (int i = 0; i < 200 && all.hasNext(); i++) {
                show(all.next(), out, known);
            }
        } else if (value instanceof Optional) {
            out.append('?');
            show(((Optional<?>) value).orElse(null), out, known);
        } else {
            String text = String.valueOf(value);
            // An address says nothing.
            out.append(text.contains("@") ? value.getClass().getName().split("\\$\\$Lambda|/")[0] : text).append(' ');
        }
    }

    private static String shown(Object value, Map<Object, Integer> known) {
        StringBuilder out = new StringBuilder();
        show(value, out, known);
        return out.toString();
    }

    private static void listed(List<String> parts, boolean ordered, StringBuilder out) {
        if (!ordered) {
            parts.sort(null);
        }
        out.append('[').append(String.join(", ", parts)).append("] ");
    }

    private static void fields(Object value, StringBuilder out, Map<Object, Integer> known) {
        out.append(value.getClass().getSimpleName()).append('{');
        for (Class<?> one = value.getClass(); one != null && one != Object.class; one = one.getSuperclass()) {
            Field[] fields = one.getDeclaredFields();
            for (Field field : fields) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                    try {
                        AccessibleObject open = field;
                        open.setAccessible(true);
                        out.append(field.getName()).append('=');
                        show(field.get(value), out, known);
                    } catch (ReflectiveOperationException | RuntimeException closed) {
                        out.append("? ");
                    }
                }
            }
        }
        out.append("} ");
    }

    // Variations -----------------------------------------------------------------------------------------------------

    /** New values that look like those seen: same shape, close by. */
    static final class Near {
        private final Random random;
        private final Map<Class<?>, List<Object>> seen = new HashMap<>();

        Near(Random random) {
            this.random = random;
        }

        void learn(Object value, int depth) {
            if (value instanceof Number || value instanceof String || value instanceof Character) {
                seen.computeIfAbsent(value.getClass(), type -> new ArrayList<>()).add(value);
            } else if (value != null && depth < 4 && value.getClass().isArray()) {
                for (int i = 0; i < Math.min(20, Array.getLength(value)); i++) {
                    learn(Array.get(value, i), depth + 1);
                }
            } else if (value instanceof Collection && depth < 4) {
                ((Collection<?>) value).stream().limit(20).forEach(item -> learn(item, depth + 1));
            }
        }

        private Object other(Object value) {
            List<Object> all = seen.getOrDefault(value.getClass(), List.of(value));
            return all.get(random.nextInt(all.size()));
        }

        @SuppressWarnings("unchecked")
        Object vary(Object value, double often) {
            if (value == null) {
                return null;
            }
            if (value instanceof List && value.getClass().getName().matches("java\\.util\\.(ArrayList|LinkedList|Vector)")) {
                List<Object> list = (List<Object>) value;
                List<Object> varied = sequence(new ArrayList<>(list), often);
                list.clear();
                varied.forEach(item -> list.add(vary(item, often / 2)));
                return list;
            }
            if (value instanceof ArrayDeque) {
                return value;
            }
            if (value.getClass().isArray()) {
                return array(value, often);
            }
            return random.nextDouble() < often ? plain(value, often) : value;
        }

        private Object plain(Object value, double often) {
            int way = random.nextInt(3);
            if (value instanceof Boolean) {
                return random.nextBoolean();
            }
            if (value instanceof Integer) {
                int number = (Integer) value;
                return way == 0 ? number + 1 : way == 1 ? (number >= 0 ? Math.max(0, number - 1) : number - 1) : other(value);
            }
            if (value instanceof Long) {
                long number = (Long) value;
                return way == 0 ? number + 1 : way == 1 ? (number >= 0 ? Math.max(0, number - 1) : number - 1) : other(value);
            }
            if (value instanceof Double) {
                double number = (Double) value;
                return way == 0 ? number + 1 : way == 1 ? Math.abs(number) / 2 : other(value);
            }
            if (value instanceof Character) {
                return other(value);
            }
            if (value instanceof String) {
                List<Object> letters = new ArrayList<>();
                ((String) value).chars().forEach(c -> letters.add((char) c));
                StringBuilder text = new StringBuilder();
                sequence(letters, 1).forEach(text::append);
                return text.toString();
            }
            return value;
        }

        private Object array(Object value, double often) {
            List<Object> items = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                items.add(Array.get(value, i));
            }
            boolean nested = value.getClass().getComponentType().isArray();
            List<Object> varied = nested ? items : sequence(items, often);
            Object made = Array.newInstance(value.getClass().getComponentType(), varied.size());
            for (int i = 0; i < varied.size(); i++) {
                Array.set(made, i, vary(varied.get(i), often / 2));
            }
            return made;
        }

        private List<Object> sequence(List<Object> items, double often) {
            if (items.isEmpty() || random.nextDouble() > often) {
                return items;
            }
            int at = random.nextInt(items.size());
            int other = random.nextInt(items.size());
            switch (random.nextInt(4)) {
                case 0:
                    items.remove(at);
                    break;
                case 1:
                    items.add(at, items.get(other));
                    break;
                case 2:
                    java.util.Collections.swap(items, at, other);
                    break;
                default:
                    items.set(at, items.get(other));
            }
            return items;
        }
    }
}
