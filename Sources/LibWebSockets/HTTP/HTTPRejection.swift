/// The reason why a connection was closed, or not accepted, because a server has reached a limit.
package enum HTTPRejection: Hashable, Sendable {
    /// As many connections are open as may be, and all have sent a request.
    case tooMany
    /// Its address has as many connections as one address may have.
    case tooManyOfOneAddress
    /// It has been open for longest without a complete request, and made room for another one.
    case silentForLongest
    /// There is no descriptor for a connection, which waits until there is one.
    case noDescriptor

    /// A sentence for people.
    package var reason: String {
        switch self {
        case .tooMany: "As many connections are open as may be"
        case .tooManyOfOneAddress: "Its address has as many connections as one address may have"
        case .silentForLongest: "It has sent no complete request, and another connection needs its place"
        case .noDescriptor: "No descriptor is left, by the limit of open files"
        }
    }
}
