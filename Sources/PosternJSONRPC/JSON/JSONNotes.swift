/// What a scanner has met that is to be looked at after the scan.
struct JSONNotes: OptionSet {
    let rawValue: UInt8

    /// An object that may be a reference.
    static let reference = JSONNotes(rawValue: 1)
    /// An object inside the scanned value has a member.
    static let innerName = JSONNotes(rawValue: 2)
    static let halfCharacter = JSONNotes(rawValue: 4)
    static let numberTooLarge = JSONNotes(rawValue: 8)
    static let tooDeep = JSONNotes(rawValue: 16)
    static let tooManyValues = JSONNotes(rawValue: 32)
    /// Two of the inner names look alike.
    static let similarNames = JSONNotes(rawValue: 64)
    /// Text with an escape, which may be a name that is spelled in another way too.
    static let escape = JSONNotes(rawValue: 128)

    /// Whether an object inside the scanned value may hold one name twice.
    var mayRepeatNames: Bool { contains(.similarNames) || isSuperset(of: [.innerName, .escape]) }

    /// What keeps the value from being accepted; the costliest first.
    var defect: JSONDefect? {
        if contains(.tooManyValues) { return .tooManyValues }
        if contains(.tooDeep) { return .tooDeep }
        if contains(.numberTooLarge) { return .numberTooLarge }
        return contains(.halfCharacter) ? .halfCharacter : nil
    }
}
