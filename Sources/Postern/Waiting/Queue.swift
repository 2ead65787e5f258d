/// Elements that are taken in the order in which they came.
struct Queue<Element: Sendable>: Sendable {
    private var slots: [Element?] = []
    /// Where the first one stands; those before it are gone.
    private var head = 0

    var isEmpty: Bool { head == slots.count }
    var count: Int { slots.count - head }
    /// The element that is taken next.
    var first: Element? { isEmpty ? nil : slots[head] }

    /// Makes a queue of elements, the first one first.
    init(_ elements: [Element] = []) { slots = elements }

    /// The elements, the first one first.
    var elements: some Sequence<Element> { slots[head...].lazy.compactMap(\.self) }

    mutating func append(_ element: Element) { slots.append(element) }

    /// Takes the first element; `nil` when there is none.
    mutating func take() -> Element? {
        guard !isEmpty else { return nil }
        let element = slots[head].take()
        head += 1
        // No element is moved more often than one is taken.
        if 2 * head >= slots.count {
            slots.removeSubrange(..<head)
            head = 0
        }
        return element
    }

    /// Removes the first element for which a condition holds; `nil` when there is none.
    mutating func remove(where matches: (Element) -> Bool) -> Element? {
        guard let index = index(where: matches) else { return nil }
        return index == head ? take() : slots.remove(at: index)
    }

    /// Changes the first element for which a condition holds; false when there is none.
    mutating func change(where matches: (Element) -> Bool, _ body: (inout Element) -> Void) -> Bool {
        guard let index = index(where: matches), var element = slots[index] else { return false }
        body(&element)
        slots[index] = element
        return true
    }

    private func index(where matches: (Element) -> Bool) -> Int? {
        slots[head...].firstIndex { $0.map(matches) ?? false }
    }
}
