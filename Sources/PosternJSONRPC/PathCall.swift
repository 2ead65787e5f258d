package import Postern

/// Calls by path, as in `POST /rpc/<service>/<method>`, where the body is the params alone.
///
/// The response is the result alone with status 200, or the error object alone with the status of its code.
package enum PathCall {
    /// Returns the call that a path and a body describe.
    ///
    /// - Parameters:
    ///   - path: The path of the method, without a leading slash.
    ///   - body: An array or an object of arguments as JSON; empty or `null` for no arguments.
    ///   - deadline: The time until which the client waits.
    ///   - requiresSafeMethod: Whether the call fails unless its method is registered as safe.
    ///   - limits: The limits, of which the number of values applies.
    /// - Returns: A call with JSON arguments.
    /// - Throws: `CallError`: `.parseError` or `.invalidRequest` for the body, `.invalidParameters` for a value in it
    ///   that is not accepted, `.methodNotFound` for a reserved name.
    package static func call(
        path: String,
        body: [UInt8],
        deadline: ContinuousClock.Instant? = nil,
        requiresSafeMethod: Bool = false,
        limits: JSONRPCLimits = JSONRPCLimits()
    ) throws(CallError) -> Call {
        guard path.utf8.count <= JSONRPCLimits.maximumNameBytes else {
            throw .invalidRequest(Envelope.Fault.wrongMethod.explanation)
        }
        if ReservedName.isReserved(path.utf8.span) { throw .methodNotFound }
        let start = body.span.afterWhitespace(from: 0)
        if start < body.count { try check(body.span, path, limits) }
        return Call(
            MethodPath.path(of: path),
            arguments: Payload(bytes: start < body.count ? body : [], codec: JSON.self),
            deadline: deadline,
            requiresSafeMethod: requiresSafeMethod
        )
    }

    /// Appends the body of the response.
    ///
    /// - Returns: The HTTP status.
    package static func append(
        _ result: Result<Reply, CallError>,
        limits: JSONRPCLimits = JSONRPCLimits(),
        into output: inout [UInt8]
    ) -> Int {
        let start = output.count
        do throws(CallError) {
            try append(try value(of: result), limits, &output)
            if output.count - start > limits.responseBytes { throw .responseTooLarge() }
            return 200
        } catch {
            output.discard(from: start)
            let error = error.isUnfinishedResult ? .referencesUnavailable(ran: .yes) : error
            JSONRPCError.appendObject(error, into: &output)
            return ConnectHTTPStatus.http(for: error)
        }
    }

    /// Checks that a body is acceptable as params.
    private static func check(_ body: Span<UInt8>, _ path: String, _ limits: JSONRPCLimits) throws(CallError) {
        let notes: JSONNotes
        do throws(JSONFault) {
            var scanner = JSONScanner(maximumValues: limits.values)
            // Params are one level deep in a request; the limit is the same for the body alone.
            try scanner.scanValue(body, depth: 1)
            try scanner.scanEnd(body)
            notes = scanner.notes
        } catch { throw CallError(error) }
        let first = body[body.afterWhitespace(from: 0)]
        guard first == Byte.openBracket || first == Byte.openBrace || first == UInt8(ascii: "n") else {
            throw .invalidRequest(Envelope.Fault.wrongParams.explanation)
        }
        if let defect = notes.defect { throw .defective(defect, body, of: path) }
        if notes.mayRepeatNames, JSONNameCheck.repeatedName(in: body) != nil {
            throw .defective(.repeatedName, body, of: path)
        }
        if notes.contains(.reference) { throw .referencesUnavailable() }
    }

    private static func value(of result: Result<Reply, CallError>) throws(CallError) -> Payload {
        switch try result.get() {
        case .value(let value): value
        case .stream: throw .subscriptionsUnavailable(ran: .yes)
        }
    }

    private static func append(_ value: Payload, _ limits: JSONRPCLimits, _ output: inout [UInt8]) throws(CallError) {
        do throws(PayloadError) {
            if value.bytes.isEmpty {
                JSON.writeNull(into: &output)
            } else {
                try value.appendJSON(to: &output, atMost: limits.responseBytes)
            }
        } catch { throw .notWritable(value, error) }
    }
}
