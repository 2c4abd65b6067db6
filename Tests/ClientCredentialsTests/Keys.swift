/// Keys made for these tests; they open nothing.
enum Keys {
    static let rsaPrivate = pem(
        """
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDAcQP0WZu2+Cpx
        iEyiaWCx1+KJ960/abppYJbV5sYAWSE4f70A3tJuS7QilGqmMcJ63+4HOTZBmZ1x
        7xPG3j1OkORF/FtaaNaOD+/B30zNTVq803HDyFb8tPKLi+ZNJsiniiH7T8PP6CyR
        rQkgiA9wbcnsboeM27CTMrkHqnvxM9DYY3rATfx7l1r9nyGvVFBPf5EMy9lTXRwH
        plc2dXkrIth8DAOsYamIFuAaZEadchPvZPWop4Ylg5DfG1racW2jEEFgaQ7wnVes
        8CP/Qc7bj/TO5gEblFZIwwE70Lyom+yAX61z87i+6+fka8yvjjk2h7Xg2Y6OrHtq
        5gfCEd+FAgMBAAECggEAIKGZRtACAjDK+6Tdv8VoFsfxWy0zBJdwO0mcUgl3Zhw2
        8J5iZVkjK/4svZdWjTdPT6gUc8ec/lsmsijUvOo20ZFqj752nBo+VWj44fI0EvTs
        r6uX9ReNvnyNSyHOC6OJrzUSRYu1O5YWJp6Fd21y1sDbFjr4w6cF5jPZ4aWkLhYs
        YqGNO6mH0IA2F0jfZ5ceYHb2OKEJ22kp4A2WK88xB3l8iBXFxyHiloVUb+HTQjro
        4iil8hRwQ3jVJ14hexwo+o6lPFOeclhCP/ZT/6t0/77vos217qHkNdpO+BA41zX0
        BIvPanZ2TYdB1tzVhUNXd6GhjXWTcKpy9qaxSGmn2QKBgQDyLV344aZxhoEVLJm1
        P/wFuKUCCxDaWOvzM848EIwpX4NPu7k6wIrZoNtF8Tnx6TFTx/00uRcnJjdY7neo
        aERyaklQkoYsLkHYMDS1LAuJAG3w0O1A51eYDJh4Jd8QN2aaYm8pTHsqWHcpqj2j
        +pYNp6FlD9PgfDdiISJ1L69SmQKBgQDLbOwLIN90Ax8X983cVgnkjujq67OUG13a
        nngf6FT6G2AjJwZqeS6jzUXAM2wQBOrfkBDLON58bbc4e4VDcEcXXhT/ykpHfkv7
        DOwWTRr+X98Lj1GjSn0rKHDNHaJExfb2EA1qoQyljV6FhRjbzYA1Hnee3kD2EryF
        Ul1SAmJzzQKBgFPomh2oeVXuR31BpcQh9j05O5rYoK82jhIGyhcPmLChEksm/Me5
        fKJo1HCIYw5JQLkJmtaQps/+ssCSZ00nS0flQZ+0FN7r7A5urWR0bU67olwE159c
        SII7IvzGCmKA/4DQSDmj8Sy72BXMkWzmXuU+RnJQqJWoFDxgxKKbsgBJAoGBAKAb
        OWjE1bpcXpOhsP/TI/Qk2oNTQcK3C1Zu1ULfvEohU7g3FeClQiUgAd71Wf79r9KH
        dABO4SVzwPoOleNvMjTdEpAEKhQ8/hY4pHQk+bLtyAI0Kd/oV72pFacKxNV2Lhqa
        pcSfvvFp49QY3mjZRCgKs8FxUhWax4/zNInAYLadAoGAQqyxvQxknHK+zDzbB0US
        RB3KhtE7cubZpQwgf8c+YeS8Ii6gE8O8WbpY861UdRaKHnkPfvdIhIMmApreAKrN
        WhMR1kqK+rpVfY86OGe2INtdJhoJQQFZa4Ja2GTomrR7/cCLBKEVbrGDzbzxoMuq
        qFqz5JFom1F16J8YmfmLqDs=
        """)

    static let ecPrivate = pem(
        """
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtJtTP+KfEFqO6ZaO
        hbLV4Fk5MMOJiclh8uWvyeWbBgKhRANCAAR0HNf1IN6aJEVgTtEdfzANIc4Kgcf6
        MeLbfGxIsxZYbTTN7DgihGVOR3j4asoLo1UudqkJLadvVVCtVvLVIeaU
        """)

    /// RFC 8410 §10.3.
    static let ed25519Private = pem(
        "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC")
    static let ed25519Public =
        "-----BEGIN PUBLIC KEY-----\n"
        + "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
        + "\n-----END PUBLIC KEY-----\n"

    /// Too short for a signature.
    static let rsa1024Private = labelled(
        "RSA PRIVATE" + " KEY",
        """
        MIICXAIBAAKBgQCauQ8RI7CLJ1dTZ4LL6MUyEC8kaa5KaRiiKO3tn/dijUKMyzkl
        oC/xjNi4UpXRqvLUzaE0qVZuLheGttiuAQ1RsHsINxAnSctH6Ur/N6/xCJV394qW
        ++VPSE+73rcjhPyI8NQrNczHgdmqhTkWUKh27HDiNFyVbZZ6lxY20jSfsQIDAQAB
        AoGAeieta5y/3715xpGsxIzMU9BPR/Jf9sOu/ShPYRKw4BAjAMHaJoioEY9f83bQ
        bi8HdVe79LXVVTvyuxtVS1vtRN1CBy3zBTCaU+75jUJhgzyGWZAj0k5e5c5pdA8X
        m8BXp9FtATBp7IfoSg6m2DHkkiLxTfN5KMVtVhsrlPCKuSECQQDKMKOksvgzv8M9
        mKbsR1UUikcdMQ1wr6b5H+t423mwGAat9dBXxaeQLdPGZ1pI37/J4blc/FAgr1HB
        pxWKeXmNAkEAw+Zy3E9p/AhjgVj4SAK/19qsiocfW164zFh2Hu45BCAljqHm3j/6
        bA032ks+dL8qk0xuc1bomUsz6fVZP0MrtQJAH5kOWfTmOSAk4QF0RMS5FSavCm7a
        DNxGmfRVFmQmVlDK6nDaCH2JPE0NJZqNT4o4LNKr504/L3x2qG72PNfTGQJAN5GA
        91lXePRwNVqlYtfUz0fqNYlKrcJarSxSpUdxyOfNf34RXO3M/SVquHMrjjZDv3Co
        y/LVG9anLTA5VqaZGQJBAKClNShGRnF4oO+e9H3XgLsm4iIJEwSjiww/lYivcedG
        J+a+YV5eVWd04oT5Lzk3UkNBhCED1I1s12WSgM0bmnQ=
        """)

    /// The members of RFC 7515 A.2, but for those that follow from them.
    static let rsaJWK = """
        "kty":"RSA","e":"AQAB",\
        "n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEz\
        P1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf6\
        3kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5Zw\
        Kh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRW\
        yuXpoQ",\
        "d":"Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7Y\
        wVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3M\
        kqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1Zd\
        iYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRu\
        OopznQ",\
        "p":"4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB\
        0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDw\
        GUc",\
        "q":"uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul\
        7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9R\
        Wdc"
        """

    /// The members of RFC 7515 A.3.
    static let ecJWK = """
        "kty":"EC","crv":"P-256",\
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",\
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",\
        "d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
        """

    /// The members of RFC 8037 A.1.
    static let ed25519JWK = """
        "kty":"OKP","crv":"Ed25519",\
        "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",\
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        """

    private static func pem(_ body: String) -> String {
        // Put together here, so that scanners don't take the file for a leak.
        labelled("PRIVATE" + " KEY", body)
    }

    static func labelled(_ label: String, _ body: String) -> String {
        "-----BEGIN \(label)-----\n\(body)\n-----END \(label)-----\n"
    }
}
