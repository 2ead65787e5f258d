/// What is collected during one turn of a loop and taken all at once in the next step.
///
/// Two buffers change places, so that a turn asks for no memory once both are large enough.
struct TurnList<Element> {
    private var elements: [Element] = []
    private var spare: [Element] = []

    /// A burst larger than this does not keep its buffer.
    private static var keptElements: Int { 4_096 }

    var isEmpty: Bool { elements.isEmpty }
    var count: Int { elements.count }

    mutating func append(_ element: Element) { elements.append(element) }

    /// Takes everything; give the list back when it has been dealt with and emptied.
    mutating func take() -> [Element] {
        let taken = exchange(&elements, with: [])
        swap(&elements, &spare)
        return taken
    }

    /// Keeps the buffer of a list that was taken.
    mutating func recycle(_ list: inout [Element]) {
        guard list.isEmpty, list.capacity <= Self.keptElements else { return }
        swap(&spare, &list)
    }
}
