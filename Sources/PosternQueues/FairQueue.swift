/// A queue in which the owners of elements take turns.
///
/// The elements of one owner keep their order. An owner with many elements waits as long for the next one as an owner
/// with few: each is served once before any is served again.
package struct FairQueue<Owner: Hashable, Element> {
    private var elements: [Owner: Queue<Element>] = [:]
    /// The owners that have elements, in the order of their turns.
    private var turns = Queue<Owner>()
    /// The number of elements.
    package private(set) var count = 0

    /// Creates an empty queue.
    package init() {}

    /// Whether the queue has no elements.
    package var isEmpty: Bool { turns.isEmpty }

    /// Appends an element behind those of its owner.
    package mutating func append(_ element: Element, of owner: Owner) {
        if elements[owner] == nil { turns.append(owner) }
        elements[owner, default: Queue()].append(element)
        count += 1
    }

    /// Removes and returns the first element of the owner whose turn it is, or returns `nil` if there are none.
    package mutating func take() -> Element? {
        guard let owner = turns.take(), let element = elements[owner]?.take() else { return nil }
        count -= 1
        if elements[owner]?.isEmpty == true { elements[owner] = nil } else { turns.append(owner) }
        return element
    }
}
