import PosternAdmission

/// Finds the client in the header field that the trusted proxies write.
struct ForwardedField {
    private let name: StaticString
    private let chain: ForwardedChain

    init(_ limits: AddressLimits) {
        chain = ForwardedChain(limits)
        name =
            switch limits.forwardedField {
            case .xForwardedFor: "x-forwarded-for"
            case .forwarded: "forwarded"
            }
    }

    /// Returns the client of a request that a trusted proxy has sent; `nil` if it names none.
    func client(of head: HTTPRequestHead) -> ForwardedChain.Client? {
        guard head.range(of: name) != nil else { return nil }
        return chain.client(in: head.values(of: name))
    }
}
