package thanos_search;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The repository's own classes, loaded anew as often as wanted; some of them in another version. */
final class Loader extends ClassLoader {
    /** What lies in the folders of the class path, read once. */
    static final class Shelf {
        final Map<String, Path> places = new HashMap<>();
        final Map<String, byte[]> bytes = new ConcurrentHashMap<>();
        final List<Path> folders;

        Shelf(List<Path> folders, List<Path> resources) throws IOException {
            this.folders = new ArrayList<>(folders);
            this.folders.addAll(resources);
            for (Path folder : folders) {
                try (Stream<Path> all = Files.walk(folder)) {
                    all.filter(file -> file.toString().endsWith(".class")).forEach(file -> {
                        String name = folder.relativize(file).toString();
                        name = name.substring(0, name.length() - 6).replace('/', '.').replace('\\', '.');
                        places.putIfAbsent(name, file);
                    });
                }
            }
        }

        byte[] get(String name) throws IOException {
            Path place = places.get(name);
            if (place == null) {
                return null;
            }
            byte[] known = bytes.get(name);
            if (known == null) {
                known = withoutExit(Files.readAllBytes(place));
                bytes.put(name, known);
            }
            return known;
        }
    }

    private final Shelf shelf;
    private final List<Map<String, byte[]>> versions;
    final List<Class<?>> defined = Collections.synchronizedList(new ArrayList<>());

    /** The first version that has a class counts. */
    Loader(ClassLoader parent, Shelf shelf, List<Map<String, byte[]>> versions, boolean asserts) {
        super(parent);
        this.shelf = shelf;
        this.versions = versions;
        setDefaultAssertionStatus(asserts);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> found = findLoadedClass(name);
            byte[] bytes = found == null ? bytes(name) : null;
            if (bytes != null) {
                found = defineClass(name, bytes, 0, bytes.length);
                defined.add(found);
            }
            return found == null ? super.loadClass(name, resolve) : found;
        }
    }

    private byte[] bytes(String name) {
        for (Map<String, byte[]> version : versions) {
            byte[] bytes = version.get(name);
            if (bytes != null) {
                return bytes;
            }
        }
        try {
            return shelf.get(name);
        } catch (IOException gone) {
            return null;
        }
    }

    @Override
    public URL getResource(String name) {
        URL own = findResource(name);
        return own == null ? super.getResource(name) : own;
    }

    @Override
    protected URL findResource(String name) {
        for (Path folder : shelf.folders) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                try {
                    return file.toUri().toURL();
                } catch (MalformedURLException none) {
                    return null;
                }
            }
        }
        return null;
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
        URL own = findResource(name);
        return Collections.enumeration(own == null ? List.of() : List.of(own));
    }

    /** `System.exit` of the repository's classes becomes an error that we see. Only names change: the class file says in
     *  its table of constants whose method that is. */
    static byte[] withoutExit(byte[] code) {
        try {
            return retarget(code);
        } catch (RuntimeException | IOException odd) {
            return code;
        }
    }

    private static byte[] retarget(byte[] code) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(code);
        int count = in.getShort(8) & 0xffff;
        int[] at = new int[count];
        int next = 10;
        for (int i = 1; i < count; i++) {
            at[i] = next;
            int tag = code[next];
            if (tag == 1) {
                next += 3 + (in.getShort(next + 1) & 0xffff);
            } else if (tag == 5 || tag == 6) {
                next += 9;
                i++;
            } else if (tag == 15) {
                next += 4;
            } else {
                next += tag == 7 || tag == 8 || tag == 16 || tag == 19 || tag == 20 ? 3 : 5;
            }
        }
        byte[] copy = code.clone();
        ByteBuffer out = ByteBuffer.wrap(copy);
        boolean found = false;
        for (int i = 1; i < count; i++) {
            if (at[i] == 0 || code[at[i]] != 10) {
                continue;
            }
            int owner = in.getShort(at[i] + 1) & 0xffff;
            int name = in.getShort(at[in.getShort(at[i] + 3) & 0xffff] + 1) & 0xffff;
            if (text(in, at[in.getShort(at[owner] + 1) & 0xffff]).equals("java/lang/System")
                && text(in, at[name]).equals("exit")) {
                out.putShort(at[i] + 1, (short) (count + 1));
                found = true;
            }
        }
        if (!found || count > 65_000) {
            return code;
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(whole);
        out.putShort(8, (short) (count + 2));
        data.write(copy, 0, next);
        data.writeByte(1);
        data.writeUTF("thanos_search/Hub");
        data.writeByte(7);
        data.writeShort(count);
        data.write(copy, next, copy.length - next);
        return whole.toByteArray();
    }

    private static String text(ByteBuffer in, int at) {
        int length = in.getShort(at + 1) & 0xffff;
        return new String(in.array(), at + 3, length, StandardCharsets.UTF_8);
    }
}
