public import ArgumentParser
public import PosternNIO

extension Address: LosslessStringConvertible, ExpressibleByArgument {
    /// Reads the address.
    public init?(argument: String) { self.init(argument) }
}
