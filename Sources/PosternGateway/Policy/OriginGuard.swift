import LibWebSockets
import Postern

/// The application of the origin policy to all requests of one loop.
///
/// The last decision is cached, because most requests have the same host and origin as the one before. All members must
/// be used on the loop's thread.
final class OriginGuard {
    private let context: LoopContext
    private let policy: OriginPolicy
    /// The fields of responses that do not depend on an admitted page.
    ///
    /// If origins are listed, they include `Vary`: a cache must not serve the response for one origin to another.
    private let plainFields: PreparedFields
    /// The host of the last admitted request without an origin, which needs no further check.
    private var knownHost: [UInt8]?
    private var last: Decision?

    /// The decision about one combination of header fields.
    private struct Decision {
        let host: [UInt8]
        let origin: [UInt8]?
        let site: [UInt8]?
        let isCall: Bool
        let verdict: OriginPolicy.Verdict
        let fields: PreparedFields

        func matches(_ request: HTTPRequestHead, isCall: Bool) -> Bool {
            func equal(_ known: [UInt8]?, _ range: Range<Int>?) -> Bool {
                guard let known, let range else { return known == nil && range == nil }
                return request.bytes[range].elementsEqual(known)
            }
            return isCall == self.isCall && equal(host, request.authority) && equal(origin, request.origin)
                && equal(site, request.fetchSite)
        }
    }

    init(_ context: LoopContext) {
        self.context = context
        policy = context.configuration.origins
        plainFields = policy.origins.isEmpty ? .none : PreparedFields([CrossOrigin.vary])
    }

    /// Returns the fields that are added to every response to a request.
    func fields(for request: HTTPRequestHead?) -> PreparedFields {
        guard let request, request.origin != nil else { return plainFields }
        return decision(about: request, isCall: true).fields
    }

    /// Returns the response to a request whose host or page is not admitted; `nil` if the request is admitted.
    func refusal(of request: HTTPRequestHead, from address: String, isCall: Bool) -> HTTPResponse? {
        let comesFromPage = request.origin != nil || request.fetchSite != nil
        if !comesFromPage, let knownHost, request.bytes[request.authority].elementsEqual(knownHost) { return nil }
        if request.isHTTP10, request.authority.isEmpty {
            // Load balancers may send health checks without a host. They return nothing but the state of the gateway.
            return !comesFromPage && Readiness.isAsked(by: request) ? nil : HTTPError.missingHost
        }
        let verdict = decision(about: request, isCall: isCall).verdict
        if let text = Self.text(verdict, request) {
            context.report(verdict, of: request, from: address)
            let status: HTTPStatus = verdict == .wrongHost ? .misdirectedRequest : .forbidden
            var response = HTTPError.response(status, .permissionDenied, text)
            response.closesConnection = true
            return response
        }
        if !comesFromPage { knownHost = Array(request.bytes[request.authority]) }
        return nil
    }

    private func decision(about request: HTTPRequestHead, isCall: Bool) -> Decision {
        // With an origin the verdict does not depend on `isCall`. One value for both makes the cached decision match.
        let isCall = isCall || request.origin != nil
        if let last, last.matches(request, isCall: isCall) { return last }
        let verdict = policy.verdict(
            host: request.text(request.authority),
            origin: request.origin.map(request.text),
            site: request.fetchSite.map(request.text),
            isCall: isCall
        )
        let decision = Decision(
            host: Array(request.bytes[request.authority]),
            origin: request.origin.map { Array(request.bytes[$0]) },
            site: request.fetchSite.map { Array(request.bytes[$0]) },
            isCall: isCall,
            verdict: verdict,
            fields: fields(verdict, origin: request.origin.map(request.text))
        )
        last = decision
        return decision
    }

    private func fields(_ verdict: OriginPolicy.Verdict, origin: String?) -> PreparedFields {
        guard let origin, case .share(let withCredentials) = verdict else { return plainFields }
        return PreparedFields(CrossOrigin.fields(sharingWith: origin, withCredentials: withCredentials))
    }

    /// Returns the message of a refusal with the way to resolve it; `nil` if the request is admitted.
    private static func text(_ verdict: OriginPolicy.Verdict, _ request: HTTPRequestHead) -> String? {
        func short(_ range: Range<Int>?) -> String { range.map { String(request.text($0).prefix(200)) } ?? "" }
        switch verdict {
        case .pass, .share: return nil
        case .wrongHost:
            return "The host '\(short(request.authority))' is not served here; it can be listed (--allow-host)"
        case .wrongOrigin:
            let name = short(request.origin)
            // Every sandboxed frame, file and redirected request has this origin, so it cannot be listed.
            if name == "null" { return "Pages without an origin of their own (null) may not call here" }
            return "Pages of the origin '\(name)' may not call here; it can be listed (--allow-origin)"
        case .crossSite:
            return "A page of another site sent this without Origin (Sec-Fetch-Site: \(short(request.fetchSite)))"
        }
    }
}
