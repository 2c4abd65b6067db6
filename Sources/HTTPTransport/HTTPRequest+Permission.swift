extension HTTPRequest {
    /// Throws what sending it would throw for its URL: neither https nor http to a loopback
    /// address, with a user name, to a closed address, or no URL at all.
    ///
    /// For URLs that come from outside, before anything is made of them. What a name resolves to
    /// shows only on sending.
    public func assertPermitted() throws(HTTPFailure) { _ = try Origin(permitting: self) }
}
