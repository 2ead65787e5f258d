/// A list that is filled during a turn of a loop and then taken as a whole.
///
/// Two buffers alternate, so that turns allocate no memory once both are large enough.
struct TurnList<Element> {
    private var elements: [Element] = []
    private var spare: [Element] = []

    /// The largest capacity that is kept after a burst.
    private static var keptElements: Int { 4_096 }

    var isEmpty: Bool { elements.isEmpty }
    var count: Int { elements.count }

    mutating func append(_ element: Element) { elements.append(element) }

    /// Removes and returns all elements; the list should be passed to ``recycle(_:)`` once it is empty.
    mutating func take() -> [Element] {
        let taken = exchange(&elements, with: [])
        swap(&elements, &spare)
        return taken
    }

    /// Keeps the storage of an emptied list for later elements.
    mutating func recycle(_ list: inout [Element]) {
        guard list.isEmpty, list.capacity <= Self.keptElements else { return }
        swap(&spare, &list)
    }
}
