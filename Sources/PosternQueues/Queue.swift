/// A first-in, first-out queue.
///
/// It is public, although the module is no product: a function with `package` access is not specialized for the elements
/// of another module, which costs the metadata of a generic type for each native call.
@frozen public struct Queue<Element> {
    @usableFromInline var slots: [Element?] = []
    /// The index of the first element; the slots before it are empty.
    @usableFromInline var head = 0

    /// Whether the queue has no elements.
    @inlinable public var isEmpty: Bool { head == slots.count }
    /// The number of elements.
    @inlinable public var count: Int { slots.count - head }
    /// The element that is dequeued next.
    @inlinable public var first: Element? { isEmpty ? nil : slots[head] }

    /// Creates a queue of elements, the first one first.
    @inlinable public init(_ elements: [Element] = []) { slots = elements }

    /// The elements, the first one first.
    @inlinable public var elements: some Sequence<Element> { slots[head...].lazy.compactMap(\.self) }

    /// Appends an element.
    @inlinable public mutating func append(_ element: Element) { slots.append(element) }

    /// Removes and returns the first element, or `nil` if the queue is empty.
    @inlinable public mutating func take() -> Element? {
        guard !isEmpty else { return nil }
        let element = slots[head].take()
        head += 1
        // Removing half of the array at a time moves at most one element for each one that is taken: constant time on
        // average.
        if 2 * head >= slots.count {
            slots.removeSubrange(..<head)
            head = 0
        }
        return element
    }

    /// Removes and returns the first element that satisfies a condition, or `nil` if none does.
    @inlinable public mutating func remove(where matches: (Element) -> Bool) -> Element? {
        guard let index = index(where: matches) else { return nil }
        return index == head ? take() : slots.remove(at: index)
    }

    /// Changes the first element that satisfies a condition.
    ///
    /// Returns `false` if none does.
    @inlinable public mutating func change(where matches: (Element) -> Bool, _ body: (inout Element) -> Void) -> Bool {
        guard let index = index(where: matches), var element = slots[index] else { return false }
        body(&element)
        slots[index] = element
        return true
    }

    @inlinable func index(where matches: (Element) -> Bool) -> Int? {
        slots[head...].firstIndex { $0.map(matches) ?? false }
    }
}

extension Queue: Sendable where Element: Sendable {}
