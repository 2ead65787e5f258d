/// Elements that are taken in the order in which they came.
struct Queue<Element: Sendable>: Sendable {
    private var elements: [Element?] = []
    /// Where the first one stands; those before it are gone.
    private var head = 0

    var isEmpty: Bool { head == elements.count }
    var count: Int { elements.count - head }
    /// The element that is taken next.
    var first: Element? { isEmpty ? nil : elements[head] }

    /// Makes a queue of elements, the first one first.
    init(_ elements: [Element] = []) { self.elements = elements }

    mutating func append(_ element: Element) { elements.append(element) }

    /// Takes the first element; `nil` when there is none.
    mutating func take() -> Element? {
        guard !isEmpty else { return nil }
        let element = elements[head].take()
        head += 1
        // No element is moved more often than one is taken.
        if 2 * head >= elements.count {
            elements.removeSubrange(..<head)
            head = 0
        }
        return element
    }
}
