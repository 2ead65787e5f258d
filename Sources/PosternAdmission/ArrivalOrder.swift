/// Elements in the order in which they arrived, any of which may leave.
///
/// A server keeps its silent connections in it: when it is full, the one that has been silent for longest is closed.
/// Every operation takes constant time on average.
package struct ArrivalOrder<Element> {
    /// The position of an element, which is never reused.
    package struct Ticket: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    private var elements: [UInt64: Element] = [:]
    /// No element has a lower number.
    private var oldest: UInt64 = 0
    private var next: UInt64 = 0

    /// Creates an empty order.
    package init() {}

    /// The number of elements.
    package var count: Int { elements.count }

    /// The elements, in no particular order.
    package var all: some Collection<Element> { elements.values }

    /// Appends an element.
    package mutating func append(_ element: Element) -> Ticket {
        defer { next += 1 }
        elements[next] = element
        return Ticket(number: next)
    }

    /// Removes and returns an element; `nil` if it has left before.
    @discardableResult
    package mutating func remove(_ ticket: Ticket) -> Element? { elements.removeValue(forKey: ticket.number) }

    /// Returns the oldest element, which stays.
    package mutating func findOldest() -> Element? {
        // The numbers of elements that have left are skipped once and for all.
        while oldest < next {
            if let element = elements[oldest] { return element }
            oldest += 1
        }
        return nil
    }
}

extension ArrivalOrder: Sendable where Element: Sendable {}
