/// A queue in which the owners of elements take turns.
///
/// The elements of one owner keep their order. An owner with many elements waits as long for the next one as an owner
/// with few: each is served once before any is served again.
package struct FairQueue<Owner: Hashable, Element> {
    private var elements: [Owner: Line<Element>] = [:]
    /// The owners that have elements, in the order of their turns.
    private var turns = Line<Owner>()

    /// Creates an empty queue.
    package init() {}

    /// Whether the queue has no elements.
    package var isEmpty: Bool { turns.isEmpty }

    /// The number of elements.
    package var count: Int { elements.values.reduce(0) { $0 + $1.count } }

    /// Appends an element behind those of its owner.
    package mutating func append(_ element: Element, of owner: Owner) {
        if elements[owner] == nil { turns.append(owner) }
        elements[owner, default: Line()].append(element)
    }

    /// Removes and returns the first element of the owner whose turn it is, or returns `nil` if there are none.
    package mutating func popFirst() -> Element? {
        guard let owner = turns.popFirst(), let element = elements[owner]?.popFirst() else { return nil }
        if elements[owner]?.isEmpty == true { elements[owner] = nil } else { turns.append(owner) }
        return element
    }

    /// A first-in, first-out queue.
    private struct Line<Item> {
        private var items: [Item?] = []
        private var first = 0

        var isEmpty: Bool { first == items.count }
        var count: Int { items.count - first }

        mutating func append(_ item: Item) { items.append(item) }

        mutating func popFirst() -> Item? {
            guard first < items.count else { return nil }
            // Set to `nil` because the item must be released before the array is compacted.
            defer { advance() }
            return exchange(&items[first], with: nil)
        }

        private mutating func advance() {
            first += 1
            // Compacting when half of the array is unused takes amortised constant time for each item.
            guard first > items.count / 2 else { return }
            items.removeFirst(first)
            first = 0
        }
    }
}
