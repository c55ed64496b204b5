"""Files in and out: foreign tables read into judged rows, neutral documents written to paper, Word, Excel
and CSV.
"""
