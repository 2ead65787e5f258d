/// The references in one message that is being written, each once.
struct NamedReferences<Proxy: AnyObject & Sendable>: Sendable {
    /// What the frame before the message tells.
    private(set) var numbers = ReferenceNumbers()
    private var lent: Set<UInt64> = []
    /// Kept until the message goes: given back before, they would be unknown where it arrives.
    private var returned: [UInt64: Proxy] = [:]

    /// Names what this side lends; false for what is named already, which has one pin too many then.
    mutating func lend(_ number: UInt64) -> Bool {
        guard lent.insert(number).inserted else { return false }
        numbers.lent.append(number)
        return true
    }

    /// Names what goes home.
    mutating func giveBack(_ proxy: Proxy, _ number: UInt64) {
        guard returned.updateValue(proxy, forKey: number) == nil else { return }
        numbers.returned.append(number)
    }
}
