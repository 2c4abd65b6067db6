extension HTTPRequest {
    /// The address in `googleMetadataToken`, in digits.
    static let metadataAddress = "169.254.169.254"
    /// What stands behind it.
    private static let metadataPath =
        "/computeMetadata/v1/instance/service-accounts/default/token"
    private static let metadataFlavor = "Metadata-Flavor"

    /// Asks Google's metadata server for an access token of this machine's service account.
    ///
    /// The only request that may go to an address that is closed to all others, and that only as it
    /// is: with another URL, method or body it is refused as they are. With a `host` it goes there,
    /// by the rules for every request. An answer without the same field isn't the server's.
    public static func googleMetadataToken(at host: String? = nil) -> HTTPRequest {
        var request = HTTPRequest(
            url: "http://\(host ?? metadataAddress)\(metadataPath)",
            headers: [metadataFlavor: "Google"], deadline: .seconds(10),
            connectDeadline: .seconds(3), attempts: .repeatable)
        request.isForMetadata = true
        return request
    }

    /// Whether it is that request, as it was made.
    var goesToMetadata: Bool {
        isForMetadata && method == "GET" && body == nil && certificate == nil
            && url == "http://\(Self.metadataAddress)\(Self.metadataPath)"
            && headers[Self.metadataFlavor] == "Google"
    }

    /// Whether nothing of it may be sent to `address`, which is in digits.
    func isClosed(_ address: String) -> Bool {
        ClosedAddress.contains(address) && !(goesToMetadata && address == Self.metadataAddress)
    }
}
