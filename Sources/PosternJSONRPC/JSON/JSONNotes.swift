/// A set of observations of a scanner, evaluated after the scan.
struct JSONNotes: OptionSet {
    let rawValue: UInt8

    /// An object has the marker of a reference.
    static let reference = JSONNotes(rawValue: 1)
    /// An object inside the scanned value has a member.
    static let innerName = JSONNotes(rawValue: 2)
    /// A `\u` escape is half of a surrogate pair.
    static let halfCharacter = JSONNotes(rawValue: 4)
    /// A number is beyond the range of a `Double`.
    static let numberTooLarge = JSONNotes(rawValue: 8)
    /// Containers are nested deeper than the limit.
    static let tooDeep = JSONNotes(rawValue: 16)
    /// There are more values than the limit.
    static let tooManyValues = JSONNotes(rawValue: 32)
    /// Two names of inner objects may be equal: they share a bit of the scanner's filter.
    static let similarNames = JSONNotes(rawValue: 64)
    /// A string has an escape, so that equal names may differ in spelling.
    static let escape = JSONNotes(rawValue: 128)

    /// Whether an object inside the scanned value may have a repeated name, so that ``JSONNameCheck`` has to look.
    var mayRepeatNames: Bool { contains(.similarNames) || isSuperset(of: [.innerName, .escape]) }

    /// The defect of the value, or `nil`; limits are reported before values.
    var defect: JSONDefect? {
        if contains(.tooManyValues) { return .tooManyValues }
        if contains(.tooDeep) { return .tooDeep }
        if contains(.numberTooLarge) { return .numberTooLarge }
        return contains(.halfCharacter) ? .halfCharacter : nil
    }
}
