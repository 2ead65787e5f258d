internal import Postern

/// Why a value that is JSON in grammar is not accepted: it has no value here, or costs too much.
enum JSONBlemish {
    /// A `\u` escape is one half of a surrogate pair, without the other.
    case halfCharacter
    /// A number is beyond the range of a `Double`.
    case numberTooLarge
    /// An object has two members of one name.
    case repeatedName
    /// Containers are nested deeper than the limit.
    case tooDeep
    /// There are more values than the limit.
    case tooManyValues

    /// The blemish for people.
    var explanation: String {
        switch self {
        case .halfCharacter: "text holds half of a surrogate pair, as in \"\\ud83d\": its other half is missing"
        case .numberTooLarge: "a number is beyond \(Double.greatestFiniteMagnitude)"
        case .repeatedName: "an object has one name twice"
        case .tooDeep: "nested deeper than \(JSONScanner.maximumDepth) levels"
        case .tooManyValues: "too many values"
        }
    }

    /// The same blemish as readers of payloads report it.
    var payloadError: PayloadError {
        switch self {
        case .halfCharacter: PayloadError(.malformed, explanation)
        case .numberTooLarge: PayloadError(.outOfRange, explanation)
        case .repeatedName: PayloadError(.duplicateName, explanation)
        case .tooDeep, .tooManyValues: PayloadError(.limitExceeded, explanation)
        }
    }
}

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
    var blemish: JSONBlemish? {
        if contains(.tooManyValues) { return .tooManyValues }
        if contains(.tooDeep) { return .tooDeep }
        if contains(.numberTooLarge) { return .numberTooLarge }
        return contains(.halfCharacter) ? .halfCharacter : nil
    }
}
