package thanos_search;

import java.util.List;

/** stub */
final class Behaviour {
    Behaviour(Worker worker, Judgment judgment) {}
    void compare(List<Integer> numbers) throws Exception {}
}
