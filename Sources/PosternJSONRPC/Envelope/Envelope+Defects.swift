internal import Postern

extension Envelope {
    /// Applies the notes of the scan of the params.
    @inline(never)
    mutating func noteParams(_ notes: JSONNotes, in bytes: Span<UInt8>) {
        if notes.contains(.reference) { holdsReferences = true }
        if let defect = notes.defect { return mark(.defectiveParams(defect)) }
        guard notes.mayRepeatNames, JSONNameCheck.repeatedName(in: bytes.extracting(params)) != nil else { return }
        mark(.defectiveParams(.repeatedName))
    }

    /// Applies the notes of the scan of another member; a defective id is not echoed.
    mutating func note(_ notes: JSONNotes, isOfID: Bool) {
        if notes.contains(.reference) { holdsReferences = true }
        guard let defect = notes.defect else { return }
        mark(.defective(defect))
        if isOfID { id = 0..<0 }
    }

    /// Whether a value of a response is not accepted.
    var isDefective: Bool {
        if case .defective = fault { true } else { false }
    }

    /// Returns the error for the fault of a request.
    @inline(never)
    func error(for fault: Fault, in message: Span<UInt8>) -> CallError {
        guard case .defectiveParams(let defect) = fault else { return .invalidRequest(fault.explanation) }
        let name = (try? JSON.string(between: method, in: message)) ?? ""
        return .defective(defect, message.extracting(params), of: name)
    }
}

extension CallError {
    /// Returns the error for arguments with a defect, which names the method and, if possible, the argument.
    static func defective(_ defect: JSONDefect, _ arguments: Span<UInt8>, of method: String) -> CallError {
        switch defect {
        // The whole message is above a limit, not one argument.
        case .tooDeep, .tooManyValues: return .invalidRequest(defect.explanation)
        case .halfCharacter, .numberTooLarge, .repeatedName: break
        }
        let method = method.isEmpty ? "the method" : MethodPath.name(of: method)
        let place = (try? place(of: defect, in: arguments)).flatMap { $0 }
        let subject = place.map { "\($0) of \(method)" } ?? method
        return CallError(.invalidParameters, "\(subject): \(defect.explanation)", ran: .no)
    }

    /// Returns the description of the argument with the defect, or `nil` if the defect is in the name of an argument.
    ///
    /// The arguments are scanned again, one by one: only a request that fails anyway pays for that.
    private static func place(of defect: JSONDefect, in arguments: Span<UInt8>) throws(PayloadError) -> String? {
        let start = arguments.afterWhitespace(from: 0)
        guard start < arguments.count else { return nil }
        var walk = JSONContainerWalk(arguments, from: start)
        if arguments[start] == Byte.openBrace {
            while let (name, value) = try walk.nextMember(arguments) {
                guard has(arguments.extracting(value), defect) else { continue }
                return "Parameter \(try JSON.string(between: name, in: arguments).prefix(60))"
            }
        } else {
            var number = 1
            while let value = try walk.nextElement(arguments) {
                if has(arguments.extracting(value), defect) { return "Argument \(number)" }
                number += 1
            }
        }
        return nil
    }

    /// Whether a value has a defect.
    private static func has(_ value: Span<UInt8>, _ defect: JSONDefect) -> Bool {
        if defect == .repeatedName { return JSONNameCheck.repeatedName(in: value, includesItself: true) != nil }
        var scanner = JSONScanner(maximumValues: .max)
        try? scanner.scanValue(value, depth: 0)
        return scanner.notes.defect == defect
    }
}
